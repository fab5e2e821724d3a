// The viewer itself: one object that holds what is shown, and applies what changes.
import { Camera } from "./camera.js";
import { census, neighborhood } from "./census.js";
import { Palette } from "./colors.js";
import { coloringOf, mapOf } from "./decode.js";
import { throttled } from "./dom.js";
import { Frame } from "./frame.js";
import { Input } from "./input.js";
import { Measure, place } from "./labels.js";
import { Layer, hasWebGL } from "./layer.js";
import { meaning } from "./legend.js";
import { paint } from "./paint.js";
import { save } from "./picture.js";
import { Points } from "./points.js";
import { Texts } from "./texts.js";
import { whole } from "./theme.js";

const REACH = 10; // pixels around the mouse
const OFTEN = 20_000; // milliseconds between two losses of the drawing
const PAUSE = 300;
const RINGED = 200; // selected words at most get a ring each
const SETTLE = 110; // milliseconds between choosing labels anew while the view moves
const CLOSER = 1.6;

const DEFAULTS = {
  data: null,
  coloring: null,
  labels: true,
  sizes: false,
  focus: null,
  lines: [],
  selected: null,
  theme: {},
  texts: {},
  height: 640,
  view: null,
  onSelect: null,
};

/**
 * A map inside `root`. Options, all of which `update` takes too:
 *
 * data       a decoded map (decode.js), or the address of a packed one
 * coloring   a decoded coloring, its address, or null for one color
 * labels, sizes   whether words are written, and frequent ones drawn larger
 * focus      the row to fly to and mark, or null
 * lines      [[row, row], …]: from a word to its neighbors
 * selected   rows; an array that is another one than before replaces the selection
 * theme      { background, text, muted, accent, font }, texts (texts.js), height in pixels or a length in CSS
 * view       { x, y, zoom } to begin with instead of the first view
 * onSelect   (rows: Uint32Array, kind: "lasso" | "click" | "clear", indices: Uint32Array) => void
 */
export function mount(root, options = {}) {
  const viewer = new Viewer(root, { ...DEFAULTS, ...options });
  const handle = {
    update: (changes) => viewer.update(changes),
    destroy: () => viewer.destroy(),
    select: (indices, kind) => viewer.choose(indices, kind),
    points: () => viewer.points,
    camera: () => viewer.camera,
    selection: () => viewer.selection,
    ready: () => viewer.drawn,
    toData: (px, py) => viewer.points.toData(...viewer.camera.toMap(px, py)),
    toScreen: (x, y) => viewer.camera.toScreen(...viewer.points.fromData(x, y)),
  };
  viewer.frame.root.viewer = handle;
  return handle;
}

class Viewer {
  constructor(root, options) {
    this.options = options;
    this.texts = new Texts(options.texts);
    this.theme = whole(options.theme);
    this.points = null;
    this.palette = null;
    this.layer = null;
    this.drawn = false;
    this.hidden = new Set();
    this.selection = new Uint32Array();
    this.focus = -1;
    this.lines = [];
    this.placed = [];
    this.lasso = [];
    this.seen = 0;
    this.frame = new Frame(root, this.texts, {
      zoom: (closer) => this.camera.zoomAt(closer ? CLOSER : 1 / CLOSER),
      reset: () => this.camera.reset(true),
      lasso: (on) => this.aim(on),
      picture: () => save(this),
      toggle: (code) => this.toggle(code),
      escape: () => this.input.abandon() || this.clear(),
    });
    this.camera = new Camera(() => this.moved());
    this.input = new Input(this.frame.over, this.camera, {
      hover: (px, py) => this.hover(px, py),
      leave: () => this.frame.untip(),
      click: (px, py, more) => this.click(px, py, more),
      lasso: (corners) => this.draw(corners),
      lassoed: (corners, more) => this.enclose(corners, more),
      clear: () => this.clear(),
    });
    this.settle = throttled(() => this.settled(), SETTLE);
    this.turn = 0;
    this.sizer = new ResizeObserver(() => this.resized());
    this.sizer.observe(this.frame.stage);
    this.frame.dress(this.theme, options.height);
    this.load();
  }

  destroy() {
    this.gone = true;
    this.turn++;
    this.settle.cancel();
    this.camera.stop();
    this.sizer.disconnect();
    this.input.destroy();
    cancelAnimationFrame(this.painting);
    this.layer?.destroy();
    this.frame.root.remove();
  }

  /** Take over what is different in `changes`, and only that. */
  update(changes) {
    const before = this.options;
    this.options = { ...before, ...changes };
    const differs = (name) => name in changes && JSON.stringify(changes[name]) !== JSON.stringify(before[name]);
    const another = (name) => name in changes && changes[name] !== before[name];
    if (differs("theme") || differs("height")) {
      this.theme = whole(this.options.theme);
      this.frame.dress(this.theme, this.options.height);
      this.palette?.dress(this.theme);
      if (this.palette) this.frame.legend.show(this.palette, this.hidden);
    }
    if (another("data")) {
      this.load();
      return;
    }
    if (another("coloring")) this.recolor();
    if (!this.points) return;
    if (another("selected")) this.take(this.options.selected);
    if (differs("focus") || differs("lines")) this.aimAt(differs("focus"));
    if (differs("theme") || differs("sizes") || differs("labels")) this.settle.now();
  }

  // What is shown

  async load() {
    const turn = ++this.turn;
    if (!hasWebGL()) {
      this.frame.notice(this.texts.say("no_webgl"));
      return;
    }
    this.drawn = false;
    this.frame.notice(this.texts.say("loading"));
    try {
      const wanted = this.options.coloring;
      const [map, coloring] = await Promise.all([mapOf(this.options.data), coloringOf(wanted)]);
      if (turn !== this.turn || !map) return;
      if (wanted !== this.options.coloring) {
        await this.load();
        return;
      }
      this.points = new Points(map);
      this.measure = new Measure(this.points);
      this.palette = new Palette(coloring, this.points.n, this.theme);
      this.hidden.clear();
      this.selection = new Uint32Array();
      this.camera.show(this.points);
      const returned = this.restore(this.options.view);
      await this.begin(turn);
      if (turn !== this.turn) return;
      this.take(this.options.selected);
      this.aimAt(this.options.focus !== null && !returned);
    } catch (error) {
      if (turn === this.turn) this.failed(error);
    }
  }

  /** Look where one looked before, if one did. */
  restore(view) {
    this.options.view = null;
    this.resized();
    if (!view) return false;
    this.camera.untouched = false;
    this.camera.look(view.x, view.y, view.zoom * this.camera.home);
    return true;
  }

  failed(error, again = () => this.load()) {
    this.frame.notice(this.texts.say("failed", { reason: error.message }), { text: this.texts.say("again"), act: again });
  }

  /** Make the dots anew: at the start, and after the graphics card took them away. */
  async begin(turn) {
    this.layer?.destroy();
    this.frame.renewDots();
    this.resized();
    const { width, height } = this.camera;
    this.layer = new Layer(this.frame.dots, this.points, { width, height, lost: () => this.lost() });
    this.layer.look(this.camera);
    this.settle.now();
    this.frame.legend.show(this.palette, this.hidden);
    this.frame.empty(this.points.n ? "" : this.texts.say("empty"));
    if (this.points.n) await this.layer.color(this.palette);
    if (turn !== this.turn) return;
    this.drawn = true;
    if (this.points.n) this.frame.notice("");
    this.highlight();
  }

  /** The graphics card took the dots away, as after a laptop slept: draw anew, and tell if it happens again soon. */
  lost() {
    this.drawn = false;
    const turn = ++this.turn;
    const again = () => turn === this.turn && this.begin(turn).catch((error) => this.failed(error));
    const often = performance.now() - (this.lostAt ?? -Infinity) < OFTEN;
    this.lostAt = performance.now();
    if (often) this.frame.notice(this.texts.say("lost"), { text: this.texts.say("redraw"), act: again });
    else setTimeout(again, PAUSE);
  }

  async recolor() {
    const wanted = this.options.coloring;
    try {
      const coloring = await coloringOf(wanted);
      if (wanted !== this.options.coloring || !this.points || this.gone) return;
      this.palette = new Palette(coloring, this.points.n, this.theme);
      this.hidden.clear();
      this.frame.legend.show(this.palette, this.hidden);
      this.settle.now();
      if (this.drawn) this.frame.notice("");
      await this.layer.color(this.palette);
      this.highlight();
    } catch (error) {
      if (wanted === this.options.coloring) this.failed(error, () => this.recolor());
    }
  }

  toggle(code) {
    if (!this.hidden.delete(code)) this.hidden.add(code);
    this.frame.legend.mark(this.hidden);
    this.highlight();
    this.settle.now();
  }

  get visible() {
    return (i) => !this.hidden.has(this.palette.code(i));
  }

  // Where one is

  resized() {
    const { width, height } = this.frame.stage.getBoundingClientRect();
    if (width < 2 || height < 2) return;
    const ratio = window.devicePixelRatio;
    this.frame.fit(width, height);
    if (width === this.camera.width && height === this.camera.height && ratio === this.ratio) return;
    this.ratio = ratio;
    this.layer?.resize(width, height);
    this.camera.resize(width, height);
  }

  moved() {
    this.layer?.look(this.camera, true);
    this.repaint();
    if (this.layer?.slow) this.settle.later();
    else this.settle();
  }

  repaint() {
    if (!this.painting) {
      this.painting = requestAnimationFrame(() => {
        this.painting = 0;
        if (this.points) paint(this.frame.context, this.scene);
      });
    }
  }

  get scene() {
    const { camera, points, theme, lines, focus, placed: labels, lasso } = this;
    const ringed = this.selection.length <= RINGED ? this.selection.filter(this.visible) : [];
    return { camera, points, theme, lines, focus, labels, lasso, ringed, size: this.layer?.size ?? 4 };
  }

  /** The view stands still, nearly: count what is in it, and choose sizes and labels for that. */
  settled() {
    if (!this.points || !this.layer) return;
    const { palette, hidden } = this;
    const { seen, crowd } = census(this.points, this.camera, this.visible, hidden.size > 0);
    this.seen = seen;
    const visible = (code) => !hidden.has(code);
    const sizes = this.options.sizes && this.points.size;
    this.layer.look(this.camera);
    this.layer.dress({ seen, crowd, palette, visible, sizes });
    this.relabel();
    this.tell();
  }

  relabel() {
    const { points, camera, measure, focus } = this;
    const ends = new Set(this.lines.map(([, to]) => to));
    const always = [...(focus >= 0 ? [focus] : []), ...ends];
    const around = { allowed: this.visible, always, lift: this.layer.size / 2 + 4, wanted: this.options.labels };
    this.placed = place({ points, camera, measure, family: this.theme.font, ...around });
    this.repaint();
  }

  tell() {
    const n = this.points.n;
    const away = [...this.hidden].reduce((sum, code) => sum + this.palette.counts[code], 0);
    const counts = { selected: this.selection.length, hidden: away, outside: n - away - this.seen };
    const told = Object.entries(counts).filter(([, count]) => count);
    this.frame.tell([this.texts.words(n), ...told.map(([key, count]) => this.texts.say(key, { n: count }))]);
  }

  // What is pointed at

  pick(px, py) {
    const reach = Math.max(REACH, (this.layer?.size ?? 0) / 2 + 3) / this.camera.scale;
    return this.drawn ? this.points.nearest(...this.camera.toMap(px, py), reach, this.visible) : -1;
  }

  hover(px, py) {
    const i = this.pick(px, py);
    if (i < 0) {
      this.frame.untip();
      return;
    }
    const [x, y] = this.camera.toScreen(this.points.xy[2 * i], this.points.xy[2 * i + 1]);
    this.frame.tip({ x, y, word: this.points.words[i], more: meaning(this.palette, i, this.texts), size: this.layer.size });
  }

  /** Mark the word in focus and its lines; fly there if it is another word than before. */
  aimAt(another) {
    const { points, camera } = this;
    this.focus = points.place(this.options.focus);
    const ends = this.options.lines.map((pair) => pair.map((row) => points.place(row)));
    this.lines = ends.filter(([from, to]) => from >= 0 && to >= 0);
    if (another && this.focus >= 0) camera.fly(...neighborhood(points, camera, this.focus, this.lines));
    this.settle.now();
  }

  // What is selected

  aim(on) {
    this.input.lassoing = on;
    this.frame.over.classList.toggle("lx-draws", on);
  }

  draw(corners) {
    if (!corners.length && !this.lasso.length) return;
    this.lasso = corners;
    this.repaint();
  }

  click(px, py, more) {
    const i = this.pick(px, py);
    if (i < 0) return;
    const already = more && this.selection.includes(i);
    const kept = more ? this.selection.filter((one) => one !== i) : [];
    this.choose(already ? kept : Uint32Array.from([...kept, i]).sort(), "click");
    this.hover(px, py);
  }

  enclose(corners, more) {
    if (!this.drawn) return;
    const found = this.points.inside(corners.map((corner) => this.camera.toMap(...corner)), this.visible);
    const all = more ? Uint32Array.from(new Set([...this.selection, ...found])).sort() : found;
    this.choose(all, all.length ? "lasso" : "clear");
  }

  clear() {
    if (this.selection.length) this.choose(new Uint32Array(), "clear");
  }

  /** Select these points, and tell whoever listens. */
  choose(indices, kind) {
    const same = indices.length === this.selection.length && indices.every((i, k) => i === this.selection[k]);
    if (same) return;
    this.selection = indices;
    this.highlight();
    this.tell();
    this.frame.announce(this.texts.say("selected", { n: indices.length }));
    this.options.onSelect?.(indices.map((i) => this.points.rows[i]), kind, indices);
  }

  /** Take a selection from outside, as rows. */
  take(rows) {
    if (rows) this.selection = Uint32Array.from(Array.from(rows, (row) => this.points.place(row)).filter((i) => i >= 0)).sort();
    this.highlight();
    this.tell();
  }

  highlight() {
    this.repaint();
    this.layer?.select(this.hidden.size ? this.selection.filter(this.visible) : this.selection);
  }
}
