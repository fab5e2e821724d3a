// What the colors mean: swatches that can be switched off, or a bar from low to high.
import { UNKNOWN } from "./colors.js";
import { element, icon } from "./dom.js";
import { shown } from "./texts.js";

const LONGEST = 40;

/** A value of a value coloring, with as many digits as 255 steps can tell apart. */
export function told(coloring, value, texts) {
  const { low, high, format, unit } = coloring;
  if (format === "percent") return `${texts.number(Math.round(value * 100))}%`;
  if (format === "power") return texts.number(Number((10 ** value).toPrecision(2))) + (unit ? ` ${unit}` : "");
  const step = format === "integer" ? 1 : (high - low) / 254;
  return rounded(value, step, texts) + (unit ? ` ${unit}` : "");
}

function rounded(value, step, texts) {
  const digits = step > 0 ? Math.min(9, Math.max(0, Math.floor(-Math.log10(step) + 0.2))) : 2;
  return texts.number(Number(value.toFixed(digits)) || 0);
}

/** What the coloring says of a point, in words; "" where there is none. */
export function meaning(palette, i, texts) {
  const { kind, coloring } = palette;
  if (kind === "one") return "";
  const code = palette.code(i);
  const title = shown(coloring.title);
  if (kind === "category") return `${title}: ${code === UNKNOWN ? texts.say("none") : shown(coloring.names[code])}`;
  if (code === UNKNOWN) return `${title}: ${texts.say("unknown")}`;
  const value = told(coloring, palette.value(code), texts);
  return `${title}: ${coloring.low === coloring.high ? value : texts.say("about", { value })}`;
}

/** The rows of a legend that can be switched: [code, name], those without points left out. */
export function entries(palette, texts) {
  const named = palette.kind === "category" ? palette.coloring.names.map((name, code) => [code, shown(name, LONGEST)]) : [];
  const rest = palette.kind === "one" ? [] : [[UNKNOWN, texts.say(palette.kind === "category" ? "none" : "unknown")]];
  return [...named, ...rest].filter(([code]) => palette.counts[code]);
}

export class Legend {
  /** `toggle(code)` is called when a row is clicked. */
  constructor(texts, toggle) {
    this.texts = texts;
    this.toggle = toggle;
    this.head = element("summary", { class: "lx-legend-head" });
    this.body = element("div", { class: "lx-legend-body" });
    this.root = element("details", { class: "lx-panel lx-legend", open: true, hidden: true }, this.head, this.body);
  }

  /** Close it where it would cover the map. */
  fit(width) {
    const narrow = width < 480;
    if (narrow !== this.narrow) this.root.open = !narrow;
    this.narrow = narrow;
  }

  show(palette, hidden) {
    this.palette = palette;
    this.root.hidden = palette.kind === "one";
    if (this.root.hidden) return;
    this.head.replaceChildren(element("span", {}, shown(palette.coloring.title)), icon("chevron"));
    const rows = entries(palette, this.texts).map(([code, name]) => this.row(code, name));
    this.count = element("p", { class: "lx-legend-count", hidden: true });
    const bar = palette.kind === "value" ? [this.bar()] : [];
    this.body.replaceChildren(...bar, element("ul", {}, ...rows), this.count);
    this.mark(hidden);
  }

  row(code, name) {
    const swatch = element("span", { class: "lx-swatch" });
    swatch.style.setProperty("--lx-color", this.palette.colors[code]);
    const button = element(
      "button",
      { type: "button", class: "lx-entry", "data-code": code, on: { click: () => this.toggle(code) } },
      swatch,
      element("span", { class: "lx-name", dir: "auto" }, name),
      element("span", { class: "lx-number" }, this.texts.number(this.palette.counts[code])),
    );
    return element("li", {}, button);
  }

  bar() {
    const { coloring } = this.palette;
    const band = element("div", { class: "lx-band" });
    const stops = Array.from({ length: 17 }, (_, k) => this.palette.colors[Math.round((k / 16) * 254)]);
    band.style.backgroundImage = `linear-gradient(to right, ${stops.join(", ")})`;
    const end = (value) => element("span", {}, told(coloring, value, this.texts));
    return element("div", { class: "lx-scale" }, band, element("div", { class: "lx-ends" }, end(coloring.low), end(coloring.high)));
  }

  /** Tell which codes are hidden. */
  mark(hidden) {
    if (this.root.hidden) return;
    for (const button of this.body.querySelectorAll(".lx-entry")) {
      button.setAttribute("aria-pressed", String(!hidden.has(Number(button.dataset.code))));
    }
    const n = this.palette.counts.reduce((sum, count) => sum + count, 0);
    const away = [...hidden].reduce((sum, code) => sum + this.palette.counts[code], 0);
    this.count.hidden = !away;
    this.count.textContent = this.texts.say("shown", { shown: n - away, n });
  }
}
