// The dots, drawn by regl-scatterplot. It draws and nothing else here: its own mouse, lasso and index stay unused,
// as they know neither touch nor shadow roots.
import createRegl from "regl";
import createScatterplot, { createRenderer } from "regl-scatterplot";

const LARGEST = 11; // pixels, of a dot among few
const SMALLEST = 1.5;
const FAINTEST = 0.05;
const CLEAREST = 0.88;
const FAINTER = 0.5; // the power of how many dots lie over each other
const SLOW = 70; // milliseconds for a frame; from there on the last one is moved about until the view stands still
const DIMMED = 0.32; // of its opacity keeps what is not selected

const NEEDED = ["OES_texture_float", "OES_element_index_uint"];
// What dots are added up in: 32 bits a color, or 16, which telephones can blend too.
const FULL = ["WEBGL_color_buffer_float", "EXT_float_blend"];
const HALF = ["OES_texture_half_float", "EXT_color_buffer_half_float"];

/** Whether this browser can draw at all. */
export function hasWebGL() {
  try {
    const context = document.createElement("canvas").getContext("webgl");
    const has = (names) => names.every((name) => context.getExtension(name));
    const enough = Boolean(context) && has(NEEDED) && (has(FULL) || has(HALF));
    context?.getExtension("WEBGL_lose_context")?.loseContext();
    return enough;
  } catch {
    return false;
  }
}

/** regl on a canvas; the scatter plot's framebuffer has 16 bits a color where 32 can't be blended. */
function reglOn(canvas) {
  const gl = canvas.getContext("webgl", { preserveDrawingBuffer: true });
  const full = FULL.every((name) => gl.getExtension(name));
  const regl = createRegl({ gl, extensions: NEEDED, optionalExtensions: [...FULL, ...HALF] });
  if (full) return regl;
  const framebuffer = (options) =>
    regl.framebuffer(options.colorType === "float" ? { ...options, colorType: "half float" } : options);
  return Object.assign((...given) => regl(...given), regl, { framebuffer });
}

export class Layer {
  /** `lost` is called when the graphics card took the drawing away. */
  constructor(canvas, points, { width, height, lost }) {
    this.canvas = canvas;
    this.points = points;
    this.surface = document.createElement("canvas");
    this.surface.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      if (!this.gone) lost();
    });
    this.renderer = createRenderer({ canvas: this.surface, regl: reglOn(this.surface) });
    this.renderer.resize(width, height);
    this.time();
    const nowhere = document.createElement("div"); // where it puts buttons that we don't want
    this.plot = createScatterplot({
      renderer: this.renderer,
      canvas,
      width,
      height,
      colorBy: "valueZ",
      opacityBy: "valueZ",
      pointScaleMode: "constant",
      opacityInactiveScale: DIMMED,
      // Selected dots are drawn thrice: larger, in this color as a border, and themselves. We want no border.
      backgroundColor: [0, 0, 0, 0],
      pointSizeSelected: 1,
      pointOutlineWidth: 0,
      deselectOnDblClick: false,
      deselectOnEscape: false,
      lassoInitiator: false,
      lassoInitiatorParentElement: nowhere,
      lassoLongPressIndicatorParentElement: nowhere,
      actionKeyMap: {},
    });
    this.table = [];
    for (let i = 0; i < points.n; i++) {
      this.table.push([points.xy[2 * i], points.xy[2 * i + 1], 0, points.size ? points.size[i] : 0]);
    }
    this.turn = 0;
    this.ready = Promise.resolve();
    this.selected = [];
    this.gone = false;
  }

  /** Give each point its code of `palette`, and draw. */
  color(palette) {
    for (let i = 0; i < this.table.length; i++) this.table[i][2] = palette.code(i);
    return this.after(() => {
      const kinds = { zDataType: "categorical", wDataType: "categorical" };
      const drawn = this.plot.draw(this.table, { spatialIndex: this.points.index.data, ...kinds });
      if (this.selected.length) this.highlight();
      return drawn;
    });
  }

  /** One step after the other: the plot refuses to draw while it draws. */
  after(step) {
    this.ready = this.ready.then(() => (this.gone ? undefined : step())).catch(() => {});
    return this.ready;
  }

  /** Measure how long a frame takes, and know when one is drawn. */
  time() {
    const { render } = this.renderer;
    this.cost = 0;
    this.renderer.render = (...given) => {
      const begin = performance.now();
      render(...given);
      this.drawn = this.wanted;
      this.shift();
      requestAnimationFrame(() => (this.cost = performance.now() - begin));
    };
  }

  get slow() {
    return this.cost > SLOW;
  }

  /** Look at what the camera looks at; where a frame takes long and the view `moves`, by shifting the last one. */
  look(camera, moves = false) {
    const { x, y, scale, width, height } = camera;
    this.camera = { x, y, scale, width, height };
    if (moves && this.slow && this.drawn) {
      this.shift();
      return;
    }
    if (this.wanted && Object.keys(this.wanted).every((key) => this.wanted[key] === this.camera[key])) return;
    this.wanted = this.camera;
    const zoom = (2 * scale) / height;
    const view = new Float32Array([zoom, 0, 0, 0, 0, zoom, 0, 0, 0, 0, 1, 0, -zoom * x, -zoom * y, 0, 1]);
    this.plot.view(view, { preventEvent: true });
  }

  /** Put the frame that was drawn last where its points are now. */
  shift() {
    const [now, then] = [this.camera, this.drawn];
    if (!now || !then) return;
    const factor = now.scale / then.scale;
    const right = (now.width / 2) * (1 - factor) + (then.x - now.x) * now.scale;
    const down = (now.height / 2) * (1 - factor) - (then.y - now.y) * now.scale;
    const stands = factor === 1 && !right && !down;
    this.canvas.style.transform = stands ? "" : `translate(${right}px, ${down}px) scale(${factor})`;
  }

  resize(width, height) {
    this.renderer.resize(width, height);
    this.plot.set({ width, height });
  }

  /**
   * Size and opacity for `seen` points of which a typical one has `crowd` in each square pixel around it: among few
   * they are large and clear, among many small and faint enough for density to show. `visible(code)` is false for what
   * is hidden.
   */
  dress({ seen, crowd, palette, visible, sizes }) {
    const fitting = LARGEST * (60 / Math.max(60, seen)) ** 0.21;
    const size = Math.round(10 * Math.min(LARGEST, Math.max(SMALLEST, fitting))) / 10;
    const over = Math.max(1e-6, (crowd * Math.PI * size * size) / 4);
    const opacity = Math.min(CLEAREST, Math.max(FAINTEST, over ** -FAINTER));
    this.size = size;
    const shown = palette.colors.map((_, code) => (visible(code) ? Number(opacity.toFixed(2)) : 0));
    const look = {
      pointColor: palette.colors,
      opacity: shown,
      sizeBy: sizes ? "valueW" : null,
      pointSize: sizes ? Array.from({ length: 256 }, (_, w) => size * (0.55 + (1.6 * w) / 255)) : [size],
    };
    const signature = JSON.stringify(look);
    if (signature === this.worn) return;
    this.worn = signature;
    this.turn = (this.turn + 1) % 4096;
    look.opacity.push(this.turn / 8192); // another list of the same numbers would pass for the same list
    this.plot.set(look);
  }

  /** Draw these points (indices, hidden ones left out) above the others, which are dimmed. */
  select(indices) {
    this.selected = Array.from(indices);
    return this.after(() => this.highlight());
  }

  highlight() {
    if (this.selected.length) this.plot.select(this.selected, { preventEvent: true });
    else this.plot.deselect({ preventEvent: true });
    this.plot.redraw();
  }

  /** The dots as they are now, `factor` times as large, as pixels. */
  picture(factor) {
    return this.plot.export({ scale: factor });
  }

  destroy() {
    this.gone = true;
    const context = this.surface.getContext("webgl");
    for (const part of [this.plot, this.renderer]) {
      try {
        part.destroy();
      } catch {
        // after a lost context nothing is left to free
      }
    }
    context?.getExtension("WEBGL_lose_context")?.loseContext(); // a page may have few of them
  }
}
