// All that a reader reads. Python passes the same keys in the reader's language (core/figures/viewer_data.py).

export const ENGLISH = {
  locale: "en",
  map: "Map of words: drag to move, scroll to zoom; with the keyboard arrows, plus and minus.",
  zoom_in: "Zoom in",
  zoom_out: "Zoom out",
  reset: "Back to the first view",
  lasso: "Lasso: draw around words to select them (or hold Shift and drag)",
  picture: "Save picture",
  one_word: "{n} word",
  words: "{n} words",
  selected: "{n} selected",
  hidden: "{n} hidden",
  outside: "{n} outside this view",
  shown: "{shown} of {n} shown",
  none: "none",
  unknown: "not known",
  about: "about {value}",
  loading: "Loading the map …",
  failed: "The map could not be loaded ({reason}).",
  again: "Try again",
  empty: "There are no words on this map.",
  no_webgl:
    "This browser offers no WebGL, which the map is drawn with. Switch on hardware acceleration in its settings, " +
    "or open the page in another browser.",
  lost: "The graphics card took the map away.",
  redraw: "Draw it again",
  find: "Find a word",
  found_nothing: "No word on this map matches.",
  color: "Color",
  one_color: "one color",
  labels: "Labels",
  sizes: "Frequent words larger",
  selection: "Selected words",
  how_to_select: "Draw around words with the lasso, or click one; they are listed here.",
  copy: "Copy",
  copied: "Copied",
  save: "Save as .txt",
  clear: "Clear",
  more: "and {n} more",
  notes: "What this map says",
};

/** The texts with their fields filled in; numbers as the reader's language writes them. */
export class Texts {
  constructor(given = {}) {
    this.all = { ...ENGLISH, ...given };
    this.numbers = new Intl.NumberFormat(this.all.locale.replace("_", "-"), { maximumFractionDigits: 10 });
  }

  number(value) {
    return this.numbers.format(value);
  }

  say(key, values = {}) {
    return this.all[key].replace(/\{(\w+)\}/g, (whole, name) => {
      const value = values[name];
      if (value === undefined) return whole;
      return typeof value === "number" ? this.number(value) : value;
    });
  }

  words(n) {
    return this.say(n === 1 ? "one_word" : "words", { n });
  }
}

const LONGEST = 60;
const ODD = /[\p{C}\p{Zl}\p{Zp}]/gu;
const JOINERS = /[\u200c\u200d]/; // Persian, Hindi and emoji are spelled with them

/** A word as it is shown: never endless, and nothing in it that acts unseen. */
export function shown(word, longest = LONGEST) {
  let text = word.slice(0, longest + 1);
  if (text.length > longest) {
    const end = /[\ud800-\udbff]/.test(text[longest - 1]) ? longest - 1 : longest;
    text = `${text.slice(0, end)}\u2026`;
  }
  return text.replace(ODD, (odd) =>
    JOINERS.test(odd) ? odd : `\\u${odd.codePointAt(0).toString(16).padStart(4, "0")}`,
  );
}
