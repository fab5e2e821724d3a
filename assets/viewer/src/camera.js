// What part of the plane is looked at: a center and a scale, the same for both axes.

const MARGIN = 0.94; // of the frame is filled by the first view
const FARTHEST = 0.5; // of the scale at which everything is seen
const NEAREST = 20_000; // times the first view's scale; float32 coordinates are exact enough until there
const FLIGHT = 900; // milliseconds, at most
const RHO = 1.4;

export class Camera {
  /** `moved` is called after every change. */
  constructor(moved) {
    this.moved = moved;
    this.width = 1;
    this.height = 1;
    this.x = this.y = 0;
    this.scale = 1; // pixels of the page for one unit
    this.untouched = true;
    this.extent = [1, 1];
    this.bounds = [-1, -1, 1, 1];
    this.frame = 0;
  }

  get home() {
    const [wide, high] = this.extent.map((half) => half || 1);
    return (MARGIN * Math.min(this.width / wide, this.height / high)) / 2;
  }

  get least() {
    const [left, low, right, high] = this.bounds;
    const wide = Math.max(Math.abs(left), Math.abs(right), 1e-3);
    const tall = Math.max(Math.abs(low), Math.abs(high), 1e-3);
    return Math.min(this.home, (FARTHEST * Math.min(this.width / wide, this.height / tall)) / 2);
  }

  /** How much closer than the first view. */
  get zoom() {
    return this.scale / this.home;
  }

  /** Look at other points, from their first view. */
  show(points) {
    this.extent = points.extent;
    this.bounds = points.bounds;
    this.reset(false);
  }

  resize(width, height) {
    const zoom = this.zoom;
    this.width = width;
    this.height = height;
    if (this.untouched) this.reset(false);
    else this.look(this.x, this.y, zoom * this.home);
  }

  look(x, y, scale) {
    if (![x, y, scale].every(Number.isFinite)) return;
    this.scale = Math.min(Math.max(scale, this.least), NEAREST * this.home);
    const [left, low, right, high] = this.bounds;
    this.x = Math.min(Math.max(x, left), right);
    this.y = Math.min(Math.max(y, low), high);
    this.moved();
  }

  reset(smoothly) {
    if (smoothly) {
      this.fly(0, 0, this.home, () => {
        this.untouched = true;
      });
      return;
    }
    this.stop();
    this.untouched = true;
    this.x = this.y = 0;
    this.scale = this.home;
    this.moved();
  }

  /** Move by pixels of the page. */
  pan(dx, dy) {
    this.stop();
    this.untouched = false;
    this.look(this.x - dx / this.scale, this.y + dy / this.scale, this.scale);
  }

  /** Come closer by a factor, while the place under (px, py) stays where it is. */
  zoomAt(factor, px = this.width / 2, py = this.height / 2) {
    this.stop();
    this.untouched = false;
    const [x, y] = this.toMap(px, py);
    const scale = Math.min(Math.max(this.scale * factor, this.least), NEAREST * this.home);
    this.look(x - (px - this.width / 2) / scale, y + (py - this.height / 2) / scale, scale);
  }

  toScreen(x, y) {
    return [this.width / 2 + (x - this.x) * this.scale, this.height / 2 - (y - this.y) * this.scale];
  }

  toMap(px, py) {
    return [this.x + (px - this.width / 2) / this.scale, this.y - (py - this.height / 2) / this.scale];
  }

  /** The box that is seen: x, y, x, y. */
  get box() {
    const [left, high] = this.toMap(0, 0);
    const [right, low] = this.toMap(this.width, this.height);
    return [left, low, right, high];
  }

  /** Go to (x, y) in a bow: out, along and in again, so that one sees the way. */
  fly(x, y, scale, arrived = () => {}) {
    this.stop();
    this.untouched = false;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches || document.hidden) {
      this.look(x, y, scale);
      arrived();
      return;
    }
    const path = bow([this.x, this.y, this.width / this.scale], [x, y, this.width / scale]);
    const lasts = Math.min(FLIGHT, 300 + path.length * 250);
    const begin = performance.now();
    const step = (now) => {
      const t = Math.min(1, Math.max(0, (now - begin) / lasts));
      const [px, py, width] = t === 1 ? [x, y, this.width / scale] : path.at(ease(t));
      this.look(px, py, this.width / width);
      this.frame = t < 1 ? requestAnimationFrame(step) : 0;
      if (t === 1) arrived();
    };
    this.frame = requestAnimationFrame(step);
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }
}

const ease = (t) => (t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2);

/** The way from one view [x, y, width] to another of van Wijk and Nuij, Smooth and efficient zooming and panning, 2003. */
function bow([ax, ay, aw], [bx, by, bw]) {
  const [dx, dy] = [bx - ax, by - ay];
  const far = Math.hypot(dx, dy);
  if (far < 1e-6 * aw) {
    const length = Math.log(bw / aw) / RHO;
    return { length: Math.abs(length), at: (t) => [ax + t * dx, ay + t * dy, aw * Math.exp(RHO * t * length)] };
  }
  const tilt = (w, sign) =>
    (bw * bw - aw * aw + sign * RHO ** 4 * far * far) / (2 * w * RHO * RHO * far);
  const angle = (b) => Math.log(Math.sqrt(b * b + 1) - b);
  const from = angle(tilt(aw, 1));
  const length = (angle(tilt(bw, -1)) - from) / RHO;
  return {
    length: Math.abs(length),
    at: (t) => {
      const s = t * length;
      const along = (aw / (RHO * RHO * far)) * (Math.cosh(from) * Math.tanh(RHO * s + from) - Math.sinh(from));
      return [ax + along * dx, ay + along * dy, (aw * Math.cosh(from)) / Math.cosh(RHO * s + from)];
    },
  };
}
