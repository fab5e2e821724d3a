// Colors: hex strings in, numbers and mixtures out.

const HEX = /^#[0-9a-f]{6}$/i;

/** [r, g, b] of 0 to 255. Takes what CSS gives out (rgb(…), #abc) as well. */
export function rgb(color, otherwise = [128, 128, 128]) {
  const text = String(color).trim();
  if (HEX.test(text)) return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
  if (/^#[0-9a-f]{3}$/i.test(text)) return [1, 2, 3].map((at) => parseInt(text[at] + text[at], 16));
  const numbers = /^rgba?\(/.test(text) ? text.match(/[\d.]+/g) : null;
  return numbers && numbers.length >= 3 ? numbers.slice(0, 3).map(Number) : otherwise;
}

const hex = (parts) => `#${parts.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;

/** Any color as #rrggbb. */
export const plain = (color) => hex(rgb(color));

/** `share` of the first color and the rest of the second. */
export function mix(first, second, share) {
  const [a, b] = [rgb(first), rgb(second)];
  return hex(a.map((part, i) => part * share + b[i] * (1 - share)));
}

/** How far apart two colors are in lightness, as the Web Content Accessibility Guidelines measure it. */
export function contrast(first, second) {
  const light = (color) => {
    const linear = rgb(color).map((part) => (part <= 10 ? part / 3295 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05;
  };
  const [a, b] = [light(first), light(second)];
  return Math.max(a, b) / Math.min(a, b);
}

export function isDark(color) {
  const [r, g, b] = rgb(color);
  return 0.299 * r + 0.587 * g + 0.114 * b < 128;
}

/** The color `t` (0 to 1) along stops that lie equally far apart. */
export function along(stops, t) {
  const at = Math.min(Math.max(t, 0), 1) * (stops.length - 1);
  const first = Math.min(Math.floor(at), stops.length - 1);
  return mix(stops[Math.min(first + 1, stops.length - 1)], stops[first], at - first);
}

export const UNKNOWN = 255;

/** What `coloring` means for codes 0 to 255: their colors, how many points have each, which are in use. */
export class Palette {
  constructor(coloring, n, theme) {
    this.coloring = coloring;
    this.codes = coloring ? (coloring.codes ?? coloring.values) : null;
    if (this.codes && this.codes.length !== n) throw new Error("the coloring is of another map");
    this.counts = new Uint32Array(256);
    if (this.codes) for (const code of this.codes) this.counts[code]++;
    else this.counts[0] = n;
    this.dress(theme);
  }

  get kind() {
    return this.coloring?.kind ?? "one";
  }

  /** Take the colors of the page. */
  dress(theme) {
    const unknown = mix(theme.text, theme.background, 0.32);
    this.colors = new Array(256).fill(unknown);
    if (this.kind === "one") this.colors[0] = theme.accent;
    if (this.kind === "category") this.coloring.colors.forEach((color, code) => (this.colors[code] = plain(color)));
    if (this.kind === "value") {
      for (let code = 0; code < UNKNOWN; code++) this.colors[code] = along(this.coloring.colors, code / (UNKNOWN - 1));
    }
  }

  code(i) {
    return this.codes ? this.codes[i] : 0;
  }

  /** The value behind a code of a value coloring. */
  value(code) {
    const { low, high } = this.coloring;
    return low + (code / (UNKNOWN - 1)) * (high - low);
  }
}
