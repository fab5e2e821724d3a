// The map as a PNG: background, dots, lines, labels and the legend, at about twice the resolution of the page.
import { download } from "./dom.js";
import { font } from "./labels.js";
import { entries, told } from "./legend.js";
import { paint } from "./paint.js";
import { shown } from "./texts.js";

const LARGER = 2;
const WIDEST = 8000; // pixels: graphics cards take no more
const ROWS = 20;
const LINE = 20;
const PAD = 12;

/** Compose the picture and offer it as a download. */
export async function save(viewer) {
  if (!viewer.drawn || viewer.saving) return;
  viewer.saving = true;
  try {
    const canvas = await compose(viewer);
    const png = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    if (png) download(png, "map.png");
  } finally {
    viewer.saving = false;
  }
}

async function compose(viewer) {
  const { camera, theme } = viewer;
  const ratio = window.devicePixelRatio || 1;
  const factor = Math.min(Math.max(LARGER, ratio), WIDEST / Math.max(camera.width, camera.height));
  const dots = canvasOf(camera.width * factor, camera.height * factor);
  viewer.layer.look(camera);
  const still = freeze(viewer.frame.dots);
  const pixels = await viewer.layer.picture(factor / ratio);
  viewer.frame.dots.style.visibility = "";
  still.remove();
  const drawn = canvasOf(pixels.width, pixels.height);
  drawn.getContext("2d").putImageData(pixels, 0, 0);
  const over = canvasOf(dots.width, dots.height);
  const overContext = over.getContext("2d");
  overContext.scale(factor, factor);
  paint(overContext, viewer.scene);
  legend(overContext, viewer);
  const context = dots.getContext("2d");
  context.fillStyle = theme.background;
  context.fillRect(0, 0, dots.width, dots.height);
  context.drawImage(drawn, 0, 0, dots.width, dots.height);
  context.drawImage(over, 0, 0);
  return dots;
}

/** Something that looks like `canvas`, before it: it is drawn on in another size for a moment. */
function freeze(canvas) {
  const still = canvas.cloneNode();
  still.getContext("2d").drawImage(canvas, 0, 0);
  canvas.before(still);
  canvas.style.visibility = "hidden";
  return still;
}

function canvasOf(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width);
  canvas.height = Math.round(height);
  return canvas;
}

/** The meaning of the colors, at the top right as on the page. */
function legend(context, viewer) {
  const { palette, theme, texts, camera, hidden } = viewer;
  if (palette.kind === "one") return;
  const shownRows = entries(palette, texts).filter(([code]) => !hidden.has(code));
  const rows = shownRows.slice(0, ROWS).map(([code, name]) => ({ color: palette.colors[code], name }));
  const rest = shownRows.length - rows.length;
  if (rest) rows.push({ color: "", name: texts.say("more", { n: rest }) });
  const title = shown(palette.coloring.title, 40);
  const bar = palette.kind === "value" ? 30 : 0;
  context.font = font(13, theme.font, 600);
  const widths = [context.measureText(title).width, bar ? 150 : 0];
  context.font = font(12.5, theme.font, 400);
  widths.push(...rows.map((row) => context.measureText(row.name).width + 18));
  const width = Math.max(...widths) + 2 * PAD;
  const height = LINE * (rows.length + 1) + bar + PAD;
  const left = camera.width - width - 10;
  context.fillStyle = theme.background;
  context.beginPath();
  context.roundRect(left, 10, width, height, 8);
  context.fill();
  write(context, { x: left + PAD, y: 10 + PAD / 2 + LINE / 2, width: width - 2 * PAD, title, bar, rows, viewer });
}

function write(context, { x, y, width, title, bar, rows, viewer }) {
  const { palette, theme, texts } = viewer;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillStyle = theme.text;
  context.font = font(13, theme.font, 600);
  context.fillText(title, x, y);
  context.font = font(12.5, theme.font, 400);
  if (bar) {
    for (let step = 0; step < width; step++) {
      context.fillStyle = palette.colors[Math.round((step / width) * 254)];
      context.fillRect(x + step, y + 13, 1.2, 8);
    }
    context.fillStyle = theme.muted;
    const { coloring } = palette;
    context.fillText(told(coloring, coloring.low, texts), x, y + 31);
    context.textAlign = "right";
    context.fillText(told(coloring, coloring.high, texts), x + width, y + 31);
    context.textAlign = "left";
  }
  rows.forEach((row, k) => {
    const middle = y + bar + (k + 1) * LINE;
    context.fillStyle = row.color || theme.background;
    context.beginPath();
    context.arc(x + 5, middle, 5, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = theme.text;
    context.fillText(row.name, x + 18, middle);
  });
}
