// The elements of the viewer: the stage with its canvases, the tools, the legend, the status line.
import { element, icon } from "./dom.js";
import { Legend } from "./legend.js";
import { STYLE } from "./style.js";
import { shown } from "./texts.js";
import { dress } from "./theme.js";

const EDGE = 8; // pixels kept free around the tip
const LONGEST_IN_TIP = 160;

export class Frame {
  /** `act`: zoom(closer), reset(), lasso(on), picture(), toggle(code), escape(). */
  constructor(root, texts, act) {
    this.texts = texts;
    this.act = act;
    this.over = element("canvas", { class: "lx-over", tabindex: 0, role: "application", "aria-label": texts.say("map") });
    this.context = this.over.getContext("2d");
    this.dots = element("canvas", { class: "lx-dots", "aria-hidden": "true" });
    this.legend = new Legend(texts, act.toggle);
    this.ring = element("div", { class: "lx-ring", hidden: true });
    this.tipWord = element("b", { dir: "auto" });
    this.tipMore = element("span", { dir: "auto" });
    this.tipBox = element("div", { class: "lx-tip", hidden: true }, this.tipWord, this.tipMore);
    this.noticeBox = element("div", { class: "lx-notice", role: "alert", hidden: true });
    this.status = element("div", { class: "lx-status" });
    this.live = element("div", { class: "lx-unseen", "aria-live": "polite" });
    this.stage = element("div", { class: "lx-stage" }, this.dots, this.over, this.tools(), this.legend.root);
    this.stage.append(this.ring, this.tipBox, this.noticeBox);
    this.root = element("div", { class: "lx", on: { keydown: (event) => this.key(event) } });
    const style = element("style");
    style.textContent = STYLE;
    this.root.append(style, this.stage, this.status, this.live);
    root.append(this.root);
  }

  tools() {
    const tool = (name, picture, click) => {
      const text = this.texts.say(name);
      const look = { type: "button", "aria-label": text, title: text, "data-tool": name, on: { click } };
      return element("button", look, icon(picture));
    };
    const lasso = tool("lasso", "lasso", () => {
      const on = lasso.getAttribute("aria-pressed") !== "true";
      lasso.setAttribute("aria-pressed", String(on));
      this.act.lasso(on);
    });
    lasso.setAttribute("aria-pressed", "false");
    return element(
      "div",
      { class: "lx-panel lx-tools" },
      tool("zoom_in", "plus", () => this.act.zoom(true)),
      tool("zoom_out", "minus", () => this.act.zoom(false)),
      tool("reset", "home", () => this.act.reset()),
      element("hr"),
      lasso,
      tool("picture", "picture", () => this.act.picture()),
    );
  }

  key(event) {
    if (event.key === "Escape") this.act.escape();
  }

  /** Take a theme and a height (pixels, or a length in CSS). */
  dress(theme, height) {
    dress(this.root, theme);
    this.root.style.height = typeof height === "number" ? `${height}px` : height;
  }

  /** Canvases as large as the stage, in pixels of the screen. */
  fit(width, height) {
    const ratio = window.devicePixelRatio || 1;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.over.width !== wide) this.over.width = wide;
    if (this.over.height !== high) this.over.height = high;
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.legend.fit(width);
  }

  /** A canvas that nothing was drawn on yet. */
  renewDots() {
    const fresh = this.dots.cloneNode();
    this.dots.replaceWith(fresh);
    this.dots = fresh;
  }

  /** The word at (x, y) in a box beside it that stays inside the stage. */
  tip({ x, y, word, more, size }) {
    const { width, height } = this.stage.getBoundingClientRect();
    this.over.classList.add("lx-aims");
    this.tipWord.textContent = shown(word, LONGEST_IN_TIP);
    this.tipMore.textContent = more;
    this.tipBox.hidden = this.ring.hidden = false;
    const across = Math.max(9, size + 5);
    this.ring.style.width = this.ring.style.height = `${across}px`;
    this.ring.style.transform = `translate(${x - across / 2}px, ${y - across / 2}px)`;
    const [wide, high] = [this.tipBox.offsetWidth, this.tipBox.offsetHeight];
    const beside = x + 14 + wide <= width - EDGE ? x + 14 : x - 14 - wide;
    const above = y - 12 - high >= EDGE ? y - 12 - high : y + 14;
    const left = Math.min(Math.max(beside, EDGE), Math.max(EDGE, width - EDGE - wide));
    const top = Math.min(Math.max(above, EDGE), Math.max(EDGE, height - EDGE - high));
    this.tipBox.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  untip() {
    this.over.classList.remove("lx-aims");
    this.tipBox.hidden = this.ring.hidden = true;
  }

  /** Say something instead of the map; "" takes it away. `button`: { text, act }. */
  notice(text, button = null) {
    this.noticeBox.hidden = !text;
    const again = button && element("button", { type: "button", on: { click: button.act } }, button.text);
    this.noticeBox.replaceChildren(element("p", {}, text), ...(again ? [again] : []));
    if (text) this.untip();
  }

  empty(text) {
    if (text) this.notice(text);
  }

  tell(parts) {
    this.status.textContent = parts.join(" \u00b7 ");
  }

  announce(text) {
    this.live.textContent = text;
  }
}
