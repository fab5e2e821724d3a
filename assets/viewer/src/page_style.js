// How the standalone page looks around the viewer.

export const PAGE = `
:root { background: var(--lx-background); color: var(--lx-text); font: 15px/1.55 var(--lx-font); }
body { max-width: 1500px; margin: 0 auto; padding: 28px clamp(14px, 3vw, 40px) 48px; }
h1 { margin: 0 0 4px; font-size: 26px; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { margin: 0; font-size: 15px; font-weight: 600; }
.lp-lead { max-width: 75ch; margin: 0 0 18px; color: var(--lx-muted); overflow-wrap: anywhere; }
.lp-tools { display: flex; flex-wrap: wrap; align-items: center; gap: 10px 18px; margin-bottom: 12px; font-size: 14px; }
.lp-search { position: relative; flex: 0 1 280px; min-width: 180px; }
.lp-search input { width: 100%; }
.lp-tools input[type="search"], .lp-tools select { box-sizing: border-box; height: 34px; padding: 0 10px; font: inherit;
  color: inherit; background: var(--lx-background); border: 1px solid var(--lx-line); border-radius: 8px; }
.lp-tools select { max-width: 240px; }
.lp-tools :is(input, select):focus-visible { outline: 2px solid var(--lx-accent); outline-offset: -1px; }
.lp-choice { display: flex; align-items: center; gap: 8px; }
.lp-choice span { color: var(--lx-muted); }
.lp-check { display: flex; align-items: center; gap: 7px; cursor: pointer; }
.lp-check[hidden] { display: none; }
.lp-check input { width: 15px; height: 15px; margin: 0; accent-color: var(--lx-accent); }
.lp-found { position: absolute; z-index: 9; left: 0; right: 0; top: 38px; max-height: 330px; margin: 0; padding: 4px;
  overflow: auto; list-style: none; border: 1px solid var(--lx-line); border-radius: 9px;
  background: var(--lx-background); box-shadow: 0 6px 24px rgb(0 0 0 / 0.16); }
.lp-found[hidden] { display: none; }
.lp-found li { padding: 4px 8px; border-radius: 6px; cursor: pointer; overflow-wrap: anywhere; }
.lp-found li[aria-selected="true"]:not(.lp-nothing), .lp-found li:hover:not(.lp-nothing) { background: var(--lx-hover); }
.lp-found .lp-nothing { color: var(--lx-muted); cursor: default; }
.lp-selection, .lp-notes { margin-top: 22px; }
.lp-head { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; min-height: 34px; }
.lp-count { margin-left: 8px; color: var(--lx-muted); font-weight: 400; font-variant-numeric: tabular-nums; }
.lp-actions { display: flex; flex-wrap: wrap; gap: 6px; }
.lp-actions[hidden], .lp-words[hidden], .lp-hint[hidden] { display: none; }
.lx-button { padding: 4px 12px; font: inherit; font-size: 14px; color: inherit; cursor: pointer;
  border: 1px solid var(--lx-line); border-radius: 8px; background: var(--lx-background); }
.lx-button:hover { border-color: var(--lx-accent); color: var(--lx-accent); }
.lx-button:focus-visible { outline: 2px solid var(--lx-accent); }
.lp-hint { margin: 2px 0 0; color: var(--lx-muted); }
.lp-words { display: flex; flex-wrap: wrap; gap: 5px; max-height: 260px; margin: 10px 0 0; padding: 0; overflow: auto;
  list-style: none; }
.lp-words li { padding: 1px 9px; border: 1px solid var(--lx-line); border-radius: 7px; unicode-bidi: isolate;
  overflow-wrap: anywhere; }
.lp-words .lp-more { border-color: transparent; color: var(--lx-muted); }
.lp-notes p { max-width: 75ch; margin: 6px 0 0; color: var(--lx-muted); }
`;
