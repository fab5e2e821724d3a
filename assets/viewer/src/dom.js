// Elements made by hand: text only ever becomes text, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element: attributes as they are written in HTML, `on` for its listeners, children as elements or texts. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    } else if (value === true) {
      made.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      made.setAttribute(name, value);
    }
  }
  made.append(...children);
  return made;
}

// Strokes on a grid of 24.
const ICONS = {
  plus: ["M12 5v14", "M5 12h14"],
  minus: ["M5 12h14"],
  home: ["M4 9V4h5", "M15 4h5v5", "M20 15v5h-5", "M9 20H4v-5"],
  lasso: ["M12 4.2c4.7 0 8.3 2.6 8.3 6.1s-3.6 6.1-8.3 6.1-8.3-2.6-8.3-6.1 3.6-6.1 8.3-6.1Z", "M9.3 16.2c.4 2.1-.8 3.7-3 4.200"],
  picture: ["M12 4v11", "M7.5 10.5 12 15l4.5-4.5", "M5 19.5h14"],
  chevron: ["M7 10l5 5 5-5"],
  close: ["M6 6l12 12", "M18 6 6 18"],
};

/** One of ICONS, drawn in the color of the text around it. */
export function icon(name) {
  const made = document.createElementNS(SVG, "svg");
  const look = { viewBox: "0 0 24 24", width: 18, height: 18, fill: "none", stroke: "currentColor" };
  const round = { "stroke-width": 1.8, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" };
  for (const [key, value] of Object.entries({ ...look, ...round })) made.setAttribute(key, value);
  if (name === "lasso") made.setAttribute("stroke-dasharray", "2.6 3.1");
  for (const line of ICONS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", line);
    made.append(path);
  }
  return made;
}

/**
 * `run`, at most once in `wait` milliseconds and once more after the last call. Beside it: `later`, which
 * waits until calls have ended, `now` and `cancel`.
 */
export function throttled(run, wait) {
  let timer = 0;
  let last = -Infinity;
  const fire = () => {
    timer = 0;
    last = performance.now();
    run();
  };
  const call = () => {
    if (!timer) timer = setTimeout(fire, Math.max(0, last + wait - performance.now()));
  };
  call.cancel = () => {
    clearTimeout(timer);
    timer = 0;
  };
  call.later = () => {
    call.cancel();
    timer = setTimeout(fire, wait);
  };
  call.now = () => {
    call.cancel();
    fire();
  };
  return call;
}

/** Offer `content` (a Blob) as a download. */
export function download(content, name) {
  const url = URL.createObjectURL(content);
  const link = element("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
