// What lies over the dots on a canvas of its own: lines to neighbors, rings, labels, the lasso.
import { SIZE, font } from "./labels.js";

const HALO = 3.5;

/**
 * Paint the whole overlay. `scene` holds camera, points, theme, lines [[i, i], …], ringed (indices), focus
 * (an index or -1), labels (of labels.place) and lasso [[px, py], …]; the context is scaled to pixels of the page.
 */
export function paint(context, scene) {
  const { camera } = scene;
  context.clearRect(0, 0, camera.width, camera.height);
  drawLines(context, scene);
  drawSelected(context, scene);
  drawFocus(context, scene);
  drawLabels(context, scene);
  drawLasso(context, scene);
}

const at = ({ camera, points }, i) => camera.toScreen(points.xy[2 * i], points.xy[2 * i + 1]);

function drawLines(context, scene) {
  if (!scene.lines.length) return;
  context.strokeStyle = context.fillStyle = scene.theme.accent;
  context.lineWidth = 1.2;
  context.globalAlpha = 0.7;
  context.beginPath();
  for (const [from, to] of scene.lines) {
    context.moveTo(...at(scene, from));
    context.lineTo(...at(scene, to));
  }
  context.stroke();
  context.globalAlpha = 1;
  for (const [, to] of scene.lines) {
    context.beginPath();
    context.arc(...at(scene, to), 3, 0, 2 * Math.PI);
    context.fill();
  }
}

function drawSelected(context, scene) {
  const radius = Math.max(5, scene.size / 2 + 2.5);
  context.strokeStyle = scene.theme.text;
  context.lineWidth = 1.5;
  for (const i of scene.ringed) {
    context.beginPath();
    context.arc(...at(scene, i), radius, 0, 2 * Math.PI);
    context.stroke();
  }
}

function drawFocus(context, scene) {
  if (scene.focus < 0) return;
  const radius = Math.max(8, scene.size / 2 + 5);
  for (const [color, width] of [[scene.theme.background, 5], [scene.theme.accent, 2.2]]) {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.beginPath();
    context.arc(...at(scene, scene.focus), radius, 0, 2 * Math.PI);
    context.stroke();
  }
}

function drawLabels(context, scene) {
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.strokeStyle = scene.theme.background;
  context.lineWidth = HALO;
  for (const one of scene.labels) {
    const [px, py] = at(scene, one.i);
    context.font = font(SIZE, scene.theme.font, one.must ? 650 : 500);
    context.fillStyle = one.i === scene.focus ? scene.theme.accent : scene.theme.text;
    const y = py + one.dy - (one.i === scene.focus ? 7 : 0);
    context.globalAlpha = 0.9;
    context.strokeText(one.text, px, y);
    context.globalAlpha = 1;
    context.fillText(one.text, px, y);
  }
}

function drawLasso(context, scene) {
  if (scene.lasso.length < 2) return;
  context.beginPath();
  scene.lasso.forEach(([px, py], k) => (k ? context.lineTo(px, py) : context.moveTo(px, py)));
  context.closePath();
  context.fillStyle = context.strokeStyle = scene.theme.accent;
  context.globalAlpha = 0.12;
  context.fill();
  context.globalAlpha = 0.9;
  context.lineWidth = 1.5;
  context.setLineDash([5, 4]);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}
