// Hands on the map: mouse, touch, pen and keyboard. Says what was meant; the viewer does it.

const STILL = 4; // pixels that a finger may slip in a click
const STEP = 3; // pixels between corners of a lasso
const WHEEL = 0.0016;
const PINCH = 0.01; // of a trackpad, which comes as a wheel with Ctrl
const STRIDE = 60; // pixels, of an arrow key
const CLOSER = 1.5;

/**
 * Listens on `surface` for the camera, and calls `act`: hover(px, py), leave(), click(px, py, more),
 * lasso(corners) while it is drawn, lassoed(corners, more) at its end, clear(), touched() before any move.
 */
export class Input {
  constructor(surface, camera, act) {
    this.surface = surface;
    this.camera = camera;
    this.act = act;
    this.lassoing = false; // the button's state
    this.pointers = new Map();
    this.corners = null;
    this.moved = false;
    this.stop = new AbortController();
    const signal = this.stop.signal;
    const on = (name, handle, options = {}) =>
      surface.addEventListener(name, (event) => handle.call(this, event), { signal, ...options });
    on("pointerdown", this.down);
    on("pointermove", this.move);
    on("pointerup", this.up);
    on("pointercancel", this.cancel);
    on("pointerleave", (event) => event.pointerType === "touch" || this.act.leave());
    on("wheel", this.wheel, { passive: false });
    on("dblclick", () => this.act.clear());
    on("keydown", this.key);
  }

  destroy() {
    this.stop.abort();
  }

  place(event) {
    const frame = this.surface.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  }

  down(event) {
    if (event.button > 0) return;
    this.surface.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, this.place(event));
    this.act.leave();
    if (this.pointers.size > 1) {
      this.corners = null;
      this.moved = true;
      this.act.lasso([]);
      return;
    }
    this.moved = false;
    this.start = this.place(event);
    if (this.lassoing || event.shiftKey) this.corners = [this.start];
  }

  move(event) {
    const before = this.pointers.get(event.pointerId);
    const now = this.place(event);
    if (!before) {
      if (event.pointerType !== "touch") this.act.hover(...now);
      return;
    }
    if (this.pointers.size === 2) {
      this.pinch(event.pointerId, now);
    } else if (this.corners) {
      this.extend(now);
    } else if (this.moved || Math.hypot(now[0] - this.start[0], now[1] - this.start[1]) > STILL) {
      this.camera.pan(now[0] - before[0], now[1] - before[1]);
      this.moved = true;
      this.pointers.set(event.pointerId, now);
    }
  }

  extend(now) {
    const [px, py] = this.corners[this.corners.length - 1];
    if (Math.hypot(now[0] - px, now[1] - py) < STEP) return;
    this.corners.push(now);
    this.moved = true;
    this.act.lasso(this.corners);
  }

  /** Two fingers: what lies under them stays under them. */
  pinch(moving, now) {
    const before = this.pointers.get(moving);
    const [, other] = [...this.pointers].find(([id]) => id !== moving);
    this.pointers.set(moving, now);
    const gap = (place) => Math.max(1, Math.hypot(place[0] - other[0], place[1] - other[1]));
    this.camera.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
    this.camera.zoomAt(gap(now) / gap(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
  }

  up(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    if (this.pointers.size) return;
    const more = event.ctrlKey || event.metaKey;
    const corners = this.corners;
    this.corners = null;
    this.act.lasso([]);
    if (corners && corners.length > 2) this.act.lassoed(corners, more);
    else if (!this.moved) this.act.click(...this.place(event), more);
  }

  cancel(event) {
    this.pointers.delete(event.pointerId);
    this.corners = null;
    this.act.lasso([]);
  }

  wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const speed = event.ctrlKey ? PINCH : WHEEL;
    const turned = Math.min(Math.max(event.deltaY * lines, -400), 400);
    this.camera.zoomAt(Math.exp(-turned * speed), ...this.place(event));
    this.act.leave();
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const way = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (way) this.camera.pan(way[0] * STRIDE, way[1] * STRIDE);
    else if (event.key === "+" || event.key === "=") this.camera.zoomAt(CLOSER);
    else if (event.key === "-") this.camera.zoomAt(1 / CLOSER);
    else if (event.key === "0" || event.key === "Home") this.camera.reset(true);
    else return;
    event.preventDefault();
  }

  /** Give up a lasso that is being drawn. Whether there was one. */
  abandon() {
    const was = Boolean(this.corners);
    this.corners = null;
    this.act.lasso([]);
    return was;
  }
}
