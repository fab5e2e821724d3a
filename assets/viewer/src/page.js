// The standalone page: the map with a search, a choice of colors, and the list of selected words. No server, no network.
import { decode, fromBase64 } from "./decode.js";
import { download, element, throttled } from "./dom.js";
import { PAGE } from "./page_style.js";
import { Search } from "./search.js";
import { Texts, shown } from "./texts.js";
import { DARK, LIGHT, dress, whole } from "./theme.js";
import { mount } from "./viewer.js";

const LISTED = 500;

/**
 * Fill the page from its block of JSON: { title, lead, notes, texts, map, colorings: [{ title, data }] }, where `map`
 * and `data` are packed and in base64. Titles are texts, never markup.
 */
export async function start(block) {
  const given = JSON.parse(block.textContent);
  block.remove();
  const page = new Page(given);
  await page.open();
}

class Page {
  constructor(given) {
    this.given = given;
    this.texts = new Texts(given.texts);
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.colorings = new Map();
    this.stage = element("div", { class: "lp-map" });
    const style = element("style");
    style.textContent = PAGE;
    document.head.append(style);
    this.root = document.getElementById("lexiloom");
    this.tools = element("div", { class: "lp-tools" }, ...this.controls());
    this.root.append(this.tools, this.stage, this.selectionBox(), ...this.notes());
    this.dress();
    this.dark.addEventListener("change", () => this.dress());
  }

  get theme() {
    return this.dark.matches ? DARK : LIGHT;
  }

  dress() {
    dress(document.documentElement, whole(this.theme));
    this.viewer?.update({ theme: this.theme });
  }

  async open() {
    const map = await decode(fromBase64(this.given.map));
    this.given.map = null;
    this.viewer = mount(this.stage, {
      data: map,
      coloring: this.given.colorings.length ? await this.coloring(0) : null,
      height: "min(76vh, 900px)",
      labels: this.labels.checked,
      theme: this.theme,
      texts: this.given.texts,
      onSelect: (_rows, _kind, indices) => this.list(indices),
    });
    this.words = map.words;
    this.sizes.closest("label").hidden = !map.size;
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && event.target === document.body) this.viewer.select(new Uint32Array(), "clear");
    });
  }

  async coloring(k) {
    const one = this.given.colorings[k];
    if (!one) return null;
    if (!this.colorings.has(k)) this.colorings.set(k, await decode(fromBase64(one.data)));
    return this.colorings.get(k);
  }

  // What can be chosen

  controls() {
    this.labels = element("input", { type: "checkbox", checked: true });
    this.sizes = element("input", { type: "checkbox" });
    this.labels.addEventListener("change", () => this.viewer?.update({ labels: this.labels.checked }));
    this.sizes.addEventListener("change", () => this.viewer?.update({ sizes: this.sizes.checked }));
    const check = (box, key) => element("label", { class: "lp-check" }, box, this.texts.say(key));
    return [this.searchBox(), ...this.colorBox(), check(this.labels, "labels"), check(this.sizes, "sizes")];
  }

  colorBox() {
    if (!this.given.colorings.length) return [];
    const names = [...this.given.colorings.map((one) => shown(one.title)), this.texts.say("one_color")];
    const choice = element("select", {}, ...names.map((name, k) => element("option", { value: k }, name)));
    choice.addEventListener("change", async () => {
      const coloring = await this.coloring(Number(choice.value));
      this.viewer?.update({ coloring });
    });
    return [element("label", { class: "lp-choice" }, element("span", {}, this.texts.say("color")), choice)];
  }

  searchBox() {
    const find = this.texts.say("find");
    const look = { type: "search", role: "combobox", placeholder: find, "aria-label": find, autocomplete: "off" };
    this.field = element("input", { ...look, "aria-expanded": "false", "aria-controls": "lp-found", spellcheck: "false" });
    this.found = element("ul", { class: "lp-found", id: "lp-found", role: "listbox", "aria-label": find, hidden: true });
    const search = throttled(() => this.search(), 120);
    this.field.addEventListener("input", search);
    this.field.addEventListener("focus", search);
    this.field.addEventListener("blur", () => this.close());
    this.field.addEventListener("keydown", (event) => this.key(event, search));
    return element("div", { class: "lp-search" }, this.field, this.found);
  }

  search() {
    const points = this.viewer?.points();
    if (!points || document.activeElement !== this.field) return;
    if (this.finder?.points !== points) this.finder = new Search(points);
    const matches = this.finder.find(this.field.value);
    const options = matches.map((i, k) => {
      const look = { role: "option", id: `lp-found-${k}`, dir: "auto", "aria-selected": String(k === 0) };
      const option = element("li", look, shown(points.words[i]));
      option.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        this.choose(i);
      });
      return option;
    });
    this.matches = matches;
    const nothing = element("li", { class: "lp-nothing", role: "option", "aria-disabled": "true" }, this.texts.say("found_nothing"));
    this.found.replaceChildren(...(options.length ? options : [nothing]));
    this.found.hidden = !this.field.value.trim();
    this.field.setAttribute("aria-expanded", String(!this.found.hidden));
    this.mark(0);
  }

  mark(k) {
    this.at = k;
    [...this.found.children].forEach((option, other) => option.setAttribute("aria-selected", String(other === k)));
    if (this.matches?.length) this.field.setAttribute("aria-activedescendant", `lp-found-${k}`);
    else this.field.removeAttribute("aria-activedescendant");
    this.found.children[k]?.scrollIntoView({ block: "nearest" });
  }

  key(event, search) {
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
      return;
    }
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (way && this.matches?.length && !this.found.hidden) {
      this.mark((this.at + way + this.matches.length) % this.matches.length);
    } else if (event.key === "Enter") {
      search.now();
      if (this.matches?.length) this.choose(this.matches[this.at]);
    } else {
      return;
    }
    event.preventDefault();
  }

  choose(i) {
    const { rows, words } = this.viewer.points();
    this.field.value = words[i];
    this.close();
    this.viewer.update({ focus: null });
    this.viewer.update({ focus: rows[i] });
  }

  close() {
    this.found.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
  }

  // What is selected

  selectionBox() {
    const button = (key, act) => element("button", { type: "button", class: "lx-button", on: { click: act } }, this.texts.say(key));
    this.count = element("span", { class: "lp-count" });
    this.copyButton = button("copy", () => this.copy());
    const clear = button("clear", () => this.viewer.select(new Uint32Array(), "clear"));
    this.actions = element("div", { class: "lp-actions", hidden: true }, this.copyButton, button("save", () => this.save()), clear);
    this.chosen = element("ul", { class: "lp-words", hidden: true });
    this.hint = element("p", { class: "lp-hint" }, this.texts.say("how_to_select"));
    const head = element("div", { class: "lp-head" }, element("h2", {}, this.texts.say("selection"), this.count), this.actions);
    return element("section", { class: "lp-selection" }, head, this.hint, this.chosen);
  }

  list(indices) {
    const words = this.viewer.points().words;
    this.selected = Array.from(indices, (i) => words[i]);
    const items = this.selected.slice(0, LISTED).map((word) => element("li", { dir: "auto" }, shown(word)));
    const rest = this.selected.length - items.length;
    if (rest) items.push(element("li", { class: "lp-more" }, this.texts.say("more", { n: rest })));
    this.chosen.replaceChildren(...items);
    this.count.textContent = indices.length ? this.texts.number(indices.length) : "";
    this.hint.hidden = indices.length > 0;
    this.actions.hidden = this.chosen.hidden = indices.length === 0;
  }

  get asText() {
    return `${this.selected.join("\n")}\n`;
  }

  save() {
    download(new Blob([this.asText], { type: "text/plain;charset=utf-8" }), "words.txt");
  }

  async copy() {
    await navigator.clipboard.writeText(this.asText).catch(() => copyByHand(this.asText));
    this.copyButton.textContent = this.texts.say("copied");
    setTimeout(() => (this.copyButton.textContent = this.texts.say("copy")), 1500);
  }

  notes() {
    if (!this.given.notes.length) return [];
    const lines = this.given.notes.map((note) => element("p", {}, note));
    return [element("section", { class: "lp-notes" }, element("h2", {}, this.texts.say("notes")), ...lines)];
  }
}

/** For pages that may not reach the clipboard. */
function copyByHand(text) {
  const field = element("textarea", { class: "lx-unseen" });
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
