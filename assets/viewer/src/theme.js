// The colors of the page around, as the viewer's own.
import { contrast, isDark, mix, plain } from "./colors.js";

export const FONT = 'Inter, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

export const LIGHT = { background: "#FCFCFA", text: "#0D1411", accent: "#0E8074" };
export const DARK = { background: "#101513", text: "#E8EDEA", accent: "#45A698" };

const LEGIBLE = 4.5; // to 1, for text in the accent color

/** A whole theme: background, text, muted, accent, font. What is not given follows from the rest. */
export function whole(given = {}) {
  const base = isDark(given.background ?? LIGHT.background) ? DARK : LIGHT;
  const theme = { ...base, font: FONT, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value)) };
  for (const name of ["background", "text", "accent"]) theme[name] = plain(theme[name]);
  for (let k = 0; k < 5 && contrast(theme.accent, theme.background) < LEGIBLE; k++) {
    theme.accent = mix(theme.accent, theme.text, 0.85);
  }
  theme.muted = given.muted ? plain(given.muted) : mix(theme.text, theme.background, 0.66);
  return theme;
}

/** Dress an element and what is in it. */
export function dress(root, theme) {
  const set = (name, value) => root.style.setProperty(`--lx-${name}`, value);
  for (const name of ["background", "text", "muted", "accent", "font"]) set(name, theme[name]);
  set("line", mix(theme.text, theme.background, 0.14));
  set("hover", mix(theme.text, theme.background, 0.07));
  set("veil", `${theme.background}e6`);
  set("on-accent", isDark(theme.accent) ? "#ffffff" : "#06110f");
  root.style.colorScheme = isDark(theme.background) ? "dark" : "light";
}
