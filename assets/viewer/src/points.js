// The words as points: where they lie, which rows they are, which are near or inside a shape.
import KDBush from "kdbush";

const CLIPPED = 0.005; // of the points on each side lie outside the first view, if they lie far out
const SAMPLE = 200_000;
const NODE = 64;

/**
 * A decoded map with its coordinates moved and scaled, both axes alike, so that the first view is about -1 to 1.
 *
 * words, xy (Float32Array [2n], x and y in turn), order (indices, the most important first), size or null, n
 */
export class Points {
  constructor({ n, xy, rows, words, rank, size }) {
    this.n = n;
    this.words = words;
    this.rows = rows;
    this.order = rank ?? null;
    this.size = size ?? null;
    this.box = middle(xy, n);
    this.center = [(this.box[0] + this.box[2]) / 2, (this.box[1] + this.box[3]) / 2];
    this.half = Math.max(this.box[2] - this.box[0], this.box[3] - this.box[1]) / 2 || 1;
    this.xy = normalized(xy, this.center, this.half);
    this.index = new KDBush(n || 1, NODE, Float32Array);
    for (let i = 0; i < n; i++) this.index.add(this.xy[2 * i], this.xy[2 * i + 1]);
    if (!n) this.index.add(0, 0);
    this.index.finish();
    this.places = null;
  }

  /** Half the width and height of the first view's content. */
  get extent() {
    return [(this.box[2] - this.box[0]) / 2 / this.half, (this.box[3] - this.box[1]) / 2 / this.half];
  }

  /** Coordinates of the projection from normalized ones, and back. */
  toData(x, y) {
    return [this.center[0] + x * this.half, this.center[1] + y * this.half];
  }

  fromData(x, y) {
    return [(x - this.center[0]) / this.half, (y - this.center[1]) / this.half];
  }

  /** The smallest box that holds all points: x, y, x, y. */
  get bounds() {
    const found = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < 2 * this.n; i += 2) {
      found[0] = Math.min(found[0], this.xy[i]);
      found[1] = Math.min(found[1], this.xy[i + 1]);
      found[2] = Math.max(found[2], this.xy[i]);
      found[3] = Math.max(found[3], this.xy[i + 1]);
    }
    return found;
  }

  /** The point of a row of the matrix, -1 where the map has none. */
  place(row) {
    if (row === null || row === undefined) return -1;
    if (!this.places) {
      this.places = new Map();
      for (let i = 0; i < this.n; i++) if (this.rows[i] !== i) this.places.set(this.rows[i], i);
    }
    const found = this.places.get(row);
    if (found !== undefined) return found;
    return row < this.n && this.rows[row] === row ? row : -1;
  }

  /** The nearest point within `radius` of (x, y) that `allowed` lets through, -1 for none. */
  nearest(x, y, radius, allowed) {
    let best = -1;
    let least = radius * radius;
    for (const i of this.within(x - radius, y - radius, x + radius, y + radius)) {
      const distance = (this.xy[2 * i] - x) ** 2 + (this.xy[2 * i + 1] - y) ** 2;
      if (distance <= least && allowed(i)) [best, least] = [i, distance];
    }
    return best;
  }

  /** All points of a box. */
  within(left, low, right, high) {
    return this.n ? this.index.range(left, low, right, high) : [];
  }

  /** The points inside a polygon [[x, y], …] that `allowed` lets through, in their order. */
  inside(polygon, allowed) {
    const xs = polygon.map((corner) => corner[0]);
    const ys = polygon.map((corner) => corner[1]);
    const found = this.within(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys));
    const kept = found.filter((i) => allowed(i) && winds(polygon, this.xy[2 * i], this.xy[2 * i + 1]));
    return Uint32Array.from(kept).sort();
  }
}

/** Whether a polygon winds around (x, y): what a line that crosses itself encloses twice is inside too. */
function winds(polygon, x, y) {
  let turns = 0;
  let [ax, ay] = polygon[polygon.length - 1];
  for (const [bx, by] of polygon) {
    if (ay <= y !== by <= y) {
      const side = (bx - ax) * (y - ay) - (x - ax) * (by - ay);
      if (by > ay && side > 0) turns++;
      else if (by < ay && side < 0) turns--;
    }
    [ax, ay] = [bx, by];
  }
  return turns !== 0;
}

/** The box between the 0.5 and 99.5 percentiles of each axis: one word far out shall not make all others small. */
function middle(xy, n) {
  if (!n) return [-1, -1, 1, 1];
  const step = Math.max(1, Math.floor(n / SAMPLE));
  const axis = (first) => {
    const values = new Float32Array(Math.ceil(n / step));
    for (let i = 0; i < values.length; i++) values[i] = xy[2 * i * step + first];
    values.sort();
    const at = (share) => values[Math.round(share * (values.length - 1))];
    return [at(CLIPPED), at(1 - CLIPPED)];
  };
  const [left, right] = axis(0);
  const [low, high] = axis(1);
  return [left, low, right, high];
}

function normalized(xy, center, half) {
  const made = new Float32Array(xy.length);
  for (let i = 0; i < xy.length; i += 2) {
    made[i] = (xy[i] - center[0]) / half;
    made[i + 1] = (xy[i + 1] - center[1]) / half;
  }
  return made;
}
