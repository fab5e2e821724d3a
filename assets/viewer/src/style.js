// How the viewer looks. Colors and font come in as custom properties (theme.js); nothing reaches beyond .lx.

export const STYLE = `
.lx { position: relative; display: flex; flex-direction: column; box-sizing: border-box; overflow: hidden;
  min-width: 0; border: 1px solid var(--lx-line); border-radius: 10px; background: var(--lx-background);
  color: var(--lx-text); font: 13px/1.45 var(--lx-font); -webkit-font-smoothing: antialiased; }
.lx *, .lx *::before { box-sizing: border-box; }
.lx [hidden] { display: none !important; }
.lx-stage { position: relative; flex: 1; min-height: 0; overflow: hidden; }
.lx-stage > canvas { position: absolute; inset: 0; width: 100%; height: 100%; display: block; }
.lx-dots { pointer-events: none; transform-origin: 0 0; }
.lx-over { touch-action: none; cursor: grab; outline: none; }
.lx-over:active { cursor: grabbing; }
.lx-over.lx-aims { cursor: pointer; }
.lx-over.lx-draws { cursor: crosshair; }
.lx-over:focus-visible { box-shadow: inset 0 0 0 2px var(--lx-accent); border-radius: 9px 9px 0 0; }
.lx-panel { position: absolute; border: 1px solid var(--lx-line); border-radius: 9px; background: var(--lx-veil);
  backdrop-filter: blur(6px); }
.lx button { font: inherit; color: inherit; cursor: pointer; }
.lx button:focus-visible, .lx summary:focus-visible { outline: 2px solid var(--lx-accent); outline-offset: -2px; }
.lx-tools { left: 10px; top: 10px; display: flex; flex-direction: column; padding: 3px; gap: 1px; }
.lx-tools button { display: grid; place-items: center; width: 30px; height: 30px; padding: 0; border: 0;
  border-radius: 6px; background: none; color: var(--lx-muted); }
.lx-tools button:hover { background: var(--lx-hover); color: var(--lx-text); }
.lx-tools button[aria-pressed="true"] { background: var(--lx-accent); color: var(--lx-on-accent); }
.lx-tools hr { width: 18px; margin: 3px auto; border: 0; border-top: 1px solid var(--lx-line); }
.lx-legend { right: 10px; top: 10px; width: max-content; max-width: min(250px, calc(100% - 70px));
  max-height: calc(100% - 20px); overflow: auto; scrollbar-width: thin; }
.lx-legend-head { display: flex; align-items: center; gap: 8px; justify-content: space-between; padding: 7px 8px 7px 12px;
  font-weight: 600; cursor: pointer; list-style: none; border-radius: 8px; overflow-wrap: anywhere; }
.lx-legend-head::-webkit-details-marker { display: none; }
.lx-legend-head svg { flex: none; color: var(--lx-muted); transition: transform 0.15s; }
.lx-legend:not([open]) .lx-legend-head svg { transform: rotate(-90deg); }
.lx-legend-body { padding: 0 6px 6px; }
.lx-legend ul { margin: 0; padding: 0; list-style: none; }
.lx-legend li { margin: 0; padding: 0; }
.lx-entry { display: flex; align-items: center; gap: 8px; width: 100%; min-height: 26px; padding: 2px 6px; border: 0;
  border-radius: 6px; background: none; text-align: start; }
.lx-entry:hover { background: var(--lx-hover); }
.lx-swatch { flex: none; width: 10px; height: 10px; border-radius: 50%; background: var(--lx-color);
  box-shadow: inset 0 0 0 1.5px var(--lx-color); }
.lx-entry[aria-pressed="false"] .lx-swatch { background: none; }
.lx-entry[aria-pressed="false"] .lx-name { color: var(--lx-muted); text-decoration: line-through; }
.lx-name { flex: 1; overflow-wrap: anywhere; }
.lx-number { color: var(--lx-muted); font-variant-numeric: tabular-nums; font-size: 12px; }
.lx-legend-count { margin: 4px 6px 2px; color: var(--lx-muted); font-size: 12px; }
.lx-scale { min-width: 170px; padding: 2px 6px 4px; }
.lx-band { height: 9px; border-radius: 5px; }
.lx-ends { display: flex; justify-content: space-between; gap: 12px; margin-top: 3px; color: var(--lx-muted);
  font-size: 12px; font-variant-numeric: tabular-nums; }
.lx-tip { position: absolute; left: 0; top: 0; z-index: 3; max-width: min(320px, calc(100% - 16px)); padding: 6px 10px;
  border: 1px solid var(--lx-line); border-radius: 8px; background: var(--lx-background); pointer-events: none;
  box-shadow: 0 4px 16px rgb(0 0 0 / 0.14); overflow-wrap: anywhere; }
.lx-tip b { display: block; font-weight: 600; font-size: 14px; unicode-bidi: isolate; }
.lx-tip span { color: var(--lx-muted); unicode-bidi: isolate; }
.lx-ring { position: absolute; left: 0; top: 0; z-index: 2; border: 2px solid var(--lx-text); border-radius: 50%;
  pointer-events: none; }
.lx-status { flex: none; min-height: 29px; padding: 4px 12px 5px; border-top: 1px solid var(--lx-line);
  color: var(--lx-muted); font-size: 12.5px; font-variant-numeric: tabular-nums; }
.lx-notice { position: absolute; inset: 0; z-index: 4; display: grid; place-content: center; justify-items: center;
  gap: 12px; padding: 24px; text-align: center; background: var(--lx-background); color: var(--lx-muted); }
.lx-notice p { max-width: 46ch; margin: 0; }
.lx-notice button, .lx-button { padding: 5px 12px; border: 1px solid var(--lx-line); border-radius: 8px;
  background: var(--lx-background); }
.lx-notice button:hover, .lx-button:hover { border-color: var(--lx-accent); color: var(--lx-accent); }
.lx-unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (pointer: coarse) {
  .lx-tools button { width: 40px; height: 40px; }
  .lx-entry { min-height: 36px; }
}
`;
