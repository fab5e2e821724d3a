// The viewer as a Streamlit component (pages/_ui/big_map.py). Streamlit calls `streamlit` at every run of the script
// whose data differ and whenever its theme changes; the viewer stays, and is told what is new.
import { mount } from "./viewer.js";

const SHARE = 32; // more than one of so many points selected: a bit for each point is shorter than a list of rows

// What the reader did to a map that left the page and came back, by the component's key.
const memories = new Map();
let stamps = 0;

/**
 * component.data: { key, points, coloring, labels, sizes, focus, lines, height, texts, selected, nonce, known }.
 * The state "picked" is { points, nonce, stamp, kind, n, rows: [row, …] } or { …, mask: base64 }, which
 * core/figures/viewer_data.py takes apart.
 */
export function streamlit({ data, parentElement: holder, setStateValue }) {
  const memory = memories.get(data.key) ?? {};
  memories.set(data.key, memory);
  memory.send = (picked) => setStateValue("picked", picked);
  const signature = JSON.stringify(data.texts);
  if (holder.lexiloom && holder.lexiloomTexts !== signature) leave(holder, memory);
  const anew = memory.points !== data.points || memory.nonce !== data.nonce;
  const options = optionsOf(data, holder);
  if (anew) Object.assign(memory, { rows: data.selected, stamp: null });
  if (memory.points !== data.points) memory.view = null;
  Object.assign(memory, { points: data.points, nonce: data.nonce });
  if (holder.lexiloom) {
    holder.lexiloom.update(anew ? { ...options, selected: memory.rows } : options);
  } else {
    holder.lexiloom = arrive(holder, memory, data, options);
    holder.lexiloomTexts = signature;
  }
  // A run that was overtaken is "cleaned up" too, while the viewer is still on the page.
  return () => setTimeout(() => holder.isConnected || leave(holder, memory));
}

function optionsOf(data, holder) {
  const { points, coloring, labels, sizes, focus, lines, height } = data;
  return { data: points, coloring, labels, sizes, focus, lines, height, theme: themeOf(holder) };
}

/** Mount it; the view comes back, and so does a selection that the server still knows of. */
function arrive(holder, memory, data, options) {
  const known = (memory.stamp ?? null) === (data.known ?? null);
  const onSelect = (rows, kind, indices) => {
    memory.rows = rows;
    memory.stamp = `${Date.now().toString(36)}-${stamps++}`;
    const { points, nonce, stamp } = memory;
    memory.send(packed(rows, kind, indices, holder.lexiloom.points().n, { points, nonce, stamp }));
  };
  const begin = { selected: known ? memory.rows : data.selected, view: memory.view ?? null, texts: data.texts };
  return mount(holder, { ...options, ...begin, onSelect });
}

function leave(holder, memory) {
  const viewer = holder.lexiloom;
  if (!viewer) return;
  const { x, y, zoom, untouched } = viewer.camera();
  memory.view = untouched ? null : { x, y, zoom };
  holder.lexiloom = null;
  viewer.destroy();
}

/** A selection as it travels: rows, or where they are many a bit for each point, the lowest first. */
export function packed(rows, kind, indices, n, about) {
  const head = { ...about, kind, n };
  if (rows.length <= n / SHARE) return { ...head, rows: Array.from(rows) };
  const bits = new Uint8Array(Math.ceil(n / 8));
  for (const i of indices) bits[i >> 3] |= 1 << (i & 7);
  let text = "";
  for (let at = 0; at < bits.length; at += 8192) text += String.fromCharCode(...bits.subarray(at, at + 8192));
  return { ...head, mask: btoa(text) };
}

/** Streamlit gives its theme as custom properties. */
function themeOf(holder) {
  const style = getComputedStyle(holder.host ?? holder);
  const of = (name) => style.getPropertyValue(`--st-${name}`).trim();
  return { background: of("background-color"), text: of("text-color"), accent: of("primary-color") };
}
