// Which words are written on the map: the most important ones in view that do not overlap.
import { shown } from "./texts.js";

const MOST = 60;
const ROOM = 9000; // square pixels of the view for each label
const TRIES = 4000;
export const SIZE = 12.5; // pixels of the letters
const GAP = 5;
const LONGEST = 28;
const KEPT = 20_000;

export const font = (size, family, weight = 500) => `${weight} ${size}px ${family}`;

/** Measures words, each once. */
export class Measure {
  constructor(points) {
    this.points = points;
    this.context = document.createElement("canvas").getContext("2d");
    this.widths = new Map();
    this.family = "";
  }

  /** The text of a point's label and its width in pixels. */
  of(i, family) {
    if (family !== this.family || this.widths.size > KEPT) {
      this.widths.clear();
      this.family = family;
      this.context.font = font(SIZE, family);
    }
    let found = this.widths.get(i);
    if (!found) {
      const text = shown(this.points.words[i], LONGEST);
      found = { text, width: this.context.measureText(text).width };
      this.widths.set(i, found);
    }
    return found;
  }
}

/**
 * The labels of this view: first `always`, then by importance as many as find room.
 *
 * `allowed(i)` says which points are not hidden; `lift` is how far above a point its label stands.
 */
export function place({ points, camera, measure, family, allowed, always, lift, wanted }) {
  const placed = [];
  const boxes = [];
  const attempt = (i, must) => {
    const [px, py] = camera.toScreen(points.xy[2 * i], points.xy[2 * i + 1]);
    const y = py - lift - SIZE * 0.6;
    if (!must && boxes.some((box) => px > box[0] && px < box[2] && y > box[1] && y < box[3])) return;
    const { text, width } = measure.of(i, family);
    const [left, right] = [px - width / 2 - GAP, px + width / 2 + GAP];
    const [top, bottom] = [y - SIZE * 0.75, y + SIZE * 0.75];
    const cut = left < 0 || right > camera.width || top < 0;
    const overlaps = boxes.some((box) => left < box[2] && right > box[0] && top < box[3] && bottom > box[1]);
    if (!must && (cut || overlaps)) return;
    boxes.push([left, top, right, bottom]);
    placed.push({ i, text, must, dy: y - py });
  };
  for (const i of always) attempt(i, true);
  if (!wanted) return placed;
  const most = always.length + Math.min(MOST, Math.ceil((camera.width * camera.height) / ROOM));
  const [left, low, right, high] = camera.box;
  const chosen = new Set(always);
  let tries = 0;
  for (let place = 0; place < points.n && placed.length < most && tries < TRIES; place++) {
    const i = points.order ? points.order[place] : place;
    const x = points.xy[2 * i];
    const y = points.xy[2 * i + 1];
    if (x < left || x > right || y < low || y > high || !allowed(i) || chosen.has(i)) continue;
    tries++;
    attempt(i, false);
  }
  return placed;
}
