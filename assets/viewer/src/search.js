// Finding words among up to a million: exact before beginning before anywhere, each by importance.

const MOST = 20;

export class Search {
  constructor(points) {
    this.points = points;
    this.lower = null;
  }

  /** Up to MOST points whose word is, starts with or holds `text`, whatever its case. */
  find(text) {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return [];
    this.lower ??= this.points.words.map((word) => word.toLowerCase());
    const { n, order } = this.points;
    const found = [[], [], []];
    for (let place = 0; place < n; place++) {
      const i = order ? order[place] : place;
      const at = this.lower[i].indexOf(wanted);
      if (at < 0) continue;
      const rank = at > 0 ? 2 : this.lower[i].length === wanted.length ? 0 : 1;
      if (found[rank].length < MOST) found[rank].push(i);
    }
    return found.flat().slice(0, MOST);
  }
}
