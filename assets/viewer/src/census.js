// What is in a view, and which view shows what is asked for.

const CELL = 16; // pixels across, of the squares in which points are counted
const AROUND = 150; // words are about in view after flying to one
const ROOMY = 0.75; // of the view is filled by a word and its neighbors

/**
 * How many points are seen, and how many a typical one has in a square pixel around it; `some` says
 * whether any are hidden at all.
 */
export function census(points, camera, visible, some) {
  const [left, , , high] = camera.box;
  const across = Math.ceil(camera.width / CELL);
  const down = Math.ceil(camera.height / CELL);
  const cells = new Uint32Array(across * down);
  const scale = camera.scale / CELL;
  let seen = 0;
  for (let i = 0; i < points.n; i++) {
    const column = (points.xy[2 * i] - left) * scale;
    const row = (high - points.xy[2 * i + 1]) * scale;
    if (column < 0 || row < 0 || column * CELL > camera.width || row * CELL > camera.height) continue;
    if (some && !visible(i)) continue;
    cells[Math.min(down - 1, Math.floor(row)) * across + Math.min(across - 1, Math.floor(column))]++;
    seen++;
  }
  const squares = cells.reduce((sum, count) => sum + count * count, 0);
  return { seen, crowd: seen ? squares / seen / CELL ** 2 : 0 };
}

/** Where to look at a word from, as x, y and scale: about AROUND words in view, or all that its lines lead to. */
export function neighborhood(points, camera, word, lines) {
  const side = Math.min(camera.width, camera.height);
  const of = (i) => [points.xy[2 * i], points.xy[2 * i + 1]];
  const [x, y] = of(word);
  let half = 1;
  while (half > 1e-4 && points.within(x - half, y - half, x + half, y + half).length > AROUND) half /= 1.5;
  const close = Math.max(side / 2 / half, camera.home);
  if (!lines.length) return [x, y, close];
  const places = lines.flat().map(of);
  const span = (axis) => {
    const along = places.map((place) => place[axis]);
    return [Math.min(...along), Math.max(...along)];
  };
  const [[left, right], [low, high]] = [span(0), span(1)];
  const fit = ROOMY * Math.min(camera.width / Math.max(right - left, 1e-6), camera.height / Math.max(high - low, 1e-6));
  return [(left + right) / 2, (low + high) / 2, Math.max(Math.min(close, fit), camera.home)];
}
