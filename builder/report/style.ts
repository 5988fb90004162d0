/** Colours are those of Okabe and Ito, which people with colour blindness tell apart, lightened for dark screens. */
export const STYLE = `
:root { color-scheme: light dark;
  --page: #f6f7f8; --panel: #ffffff; --ink: #1b2127; --soft: #5a6672; --rule: #dde1e6; --grid: #e9ecef;
  --data: #23405e; --have: #5b7f9f; --part: #a9c0d3; --hollow: #eef1f4; --warn: #8a4b00; --warn-bg: #fff4e2; --warn-rule: #f0c27b;
  --heat: #8a3a00; --up: #d55e00; --down: #0072b2; --recovery: #79838e; --benign: #b9bfc6;
  --k0: #d55e00; --k1: #0072b2; --k2: #009e73; --k3: #cc79a7; --k4: #e69f00; --k5: #56b4e9; --k6: #8c7f00; --k7: #7b5ea7; }
@media (prefers-color-scheme: dark) { :root {
  --page: #101418; --panel: #171c22; --ink: #e5e9ed; --soft: #9ba7b3; --rule: #2c343d; --grid: #252c34;
  --data: #cfe3f7; --have: #7fa6c9; --part: #47627b; --hollow: #222931; --warn: #ffcf87; --warn-bg: #2c2315; --warn-rule: #6b4d1c;
  --heat: #ffab66; --up: #f08a4b; --down: #4fa9e3; --recovery: #8f9aa5; --benign: #59636d;
  --k0: #f08a4b; --k1: #4fa9e3; --k2: #33c79b; --k3: #e29cc3; --k4: #f2b63c; --k5: #9bd5f7; --k6: #d3c64b; --k7: #b196dc; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere; }
main, header, footer { max-width: 1200px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 36px; }
h1 { font-size: clamp(24px, 4vw, 34px); line-height: 1.15; margin: 2px 0 8px; letter-spacing: -0.01em; }
h2 { font-size: 21px; margin: 0 0 4px; letter-spacing: -0.005em; }
h3 { font-size: 16px; margin: 0; font-weight: 650; } .scroll + h3 { margin-top: 26px; }
p { margin: 0 0 12px; max-width: 96ch; }
.eyebrow { margin: 0; color: var(--soft); font-size: 12px; letter-spacing: 0.09em; text-transform: uppercase; font-weight: 600; }
.lead, .note, footer { color: var(--soft); }
.note { font-size: 13.5px; }
nav { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 18px 0 0; padding: 10px 0; border-top: 1px solid var(--rule); font-size: 14px; }
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: 3px; }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--down); outline-offset: 2px; }
section { background: var(--panel); border: 1px solid var(--rule); border-radius: 12px; padding: 22px 24px 24px; margin: 0 0 18px; }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: 10px; margin: 14px 0 18px; padding: 0; list-style: none; }
.tiles li { border: 1px solid var(--rule); border-radius: 9px; padding: 10px 12px; }
.tiles b { display: block; font-size: 22px; line-height: 1.25; font-weight: 650; font-variant-numeric: tabular-nums; white-space: nowrap; }
.tiles span { color: var(--soft); font-size: 13px; }
.warnings { margin: 0 0 18px; padding: 12px 16px 12px 34px; background: var(--warn-bg); border: 1px solid var(--warn-rule); border-radius: 9px; color: var(--warn); font-size: 14px; }
.warnings li + li { margin-top: 4px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 18px; margin: 0; font-size: 14px; }
dt { color: var(--soft); } dd { margin: 0; min-width: 0; overflow-wrap: anywhere; } dd code { overflow-wrap: anywhere; }
code { overflow-wrap: normal; font: 0.92em ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 6px 0 14px; padding: 0; list-style: none; font-size: 13.5px; }
.legend li { display: flex; align-items: center; gap: 6px; }
svg { display: block; } .swatch { flex: none; border-radius: 2px; outline: 1px solid var(--rule); }
text { font: 11px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; fill: var(--soft); font-variant-numeric: tabular-nums; }
.letter { font-size: 10px; font-weight: 700; fill: var(--ink); stroke: var(--panel); stroke-width: 2.5px; stroke-opacity: 0.8; paint-order: stroke; }
.grid { stroke: var(--grid); stroke-width: 1; }
.full { fill: var(--have); } .partial { fill: var(--part); } .hollow { fill: var(--hollow); } .empty { fill: url(#empty); }
.recovery { fill: url(#recovery); } .benign { fill: var(--benign); fill-opacity: 0.45; }
.normal { fill: var(--benign); } .unlabelled { fill: url(#empty); }
.shade { fill-opacity: 0.26; }
.k0 { fill: var(--k0); } .k1 { fill: var(--k1); } .k2 { fill: var(--k2); } .k3 { fill: var(--k3); } .k4 { fill: var(--k4); } .k5 { fill: var(--k5); } .k6 { fill: var(--k6); } .k7 { fill: var(--k7); }
.lanes { margin: 0 0 14px; display: grid; grid-template-columns: minmax(84px, max-content) 1fr max-content; gap: 7px 12px; align-items: center; font-size: 13.5px; }
.lane { display: contents; } .lanes .name { max-width: 300px; } .lanes .figure { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; color: var(--soft); }
.lanes .strip { border-radius: 3px; } .lanes .axis { grid-column: 2; }
.feature { padding: 18px 0 16px; border-top: 1px solid var(--rule); } .feature:first-of-type { border-top: 0; }
.feature > p { margin: 0 0 8px; } .feature-head { display: flex; flex-wrap: wrap; gap: 2px 12px; align-items: baseline; }
.panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr)); gap: 14px 22px; }
figure { margin: 0; min-width: 0; } figcaption { font-size: 12.5px; color: var(--soft); margin: 0 0 3px 62px; }
.plot { display: grid; grid-template-columns: 54px 1fr; column-gap: 8px; }
.plot .axis { grid-column: 2; } .plot > div { position: relative; height: 92px; border-bottom: 1px solid var(--soft); }
.plot > div > svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
.line { fill: none; stroke: var(--data); stroke-width: 1.4; stroke-linecap: round; stroke-linejoin: round; vector-effect: non-scaling-stroke; }
.y { overflow: visible; } .nothing { position: absolute; inset: 0; display: grid; place-items: center; color: var(--soft); font-size: 13px; margin: 0; }
.scroll { overflow-x: auto; margin: 6px 0 0; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); font-size: 13.5px; padding-bottom: 6px; }
th, td { padding: 5px 10px; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; }
th { font-weight: 600; } thead th { color: var(--soft); font-weight: 600; vertical-align: bottom; border-bottom-color: var(--soft); }
th:first-child, td:first-child, .left { text-align: left; } th:first-child { position: sticky; left: 0; background: var(--panel); }
th .swatch, td .swatch { display: inline-block; vertical-align: -2px; }
.badge { display: inline-block; border: 1px solid var(--warn-rule); background: var(--warn-bg); color: var(--warn); border-radius: 99px; padding: 0 8px; font-size: 12px; font-weight: 600; line-height: 1.6; }
@media (max-width: 640px) { .meter { width: 48px; } } .meter { display: inline-block; vertical-align: middle; margin-right: 8px; border-radius: 2px; } .meter-track { fill: var(--hollow); } .meter-up { fill: var(--up); } .meter-down { fill: var(--down); }
td.cell { padding: 0; } td.cell span { display: block; padding: 5px 10px; }
.m0 { fill: var(--hollow); } .m1, .m2, .m3, .m4, .m5 { fill: var(--heat); } .m1 { fill-opacity: 0.16; } .m2 { fill-opacity: 0.34; } .m3 { fill-opacity: 0.54; } .m4 { fill-opacity: 0.76; }
footer { padding-top: 4px; padding-bottom: 40px; font-size: 13px; }
@media (max-width: 640px) {
  table { font-size: 12.5px; } th, td { padding: 5px 7px; } th:first-child { white-space: normal; min-width: 118px; max-width: 42vw; padding-left: 0; } td.cell span { padding: 5px 7px; }
  main, header, footer { padding-left: 12px; padding-right: 12px; } section { padding: 16px 14px 18px; border-radius: 10px; }
  .tiles { grid-template-columns: repeat(2, 1fr); } .tiles b { font-size: 19px; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; }
  .lanes { grid-template-columns: 1fr; gap: 8px; } .lane { display: grid; grid-template-columns: 1fr max-content; gap: 2px 8px; } .lanes .name { max-width: none; }
  .lanes .figure { grid-row: 1; grid-column: 2; } .lanes .strip { grid-row: 2; grid-column: 1 / -1; } .lanes .axis { grid-column: 1; }
}
@media print { body { background: none; } section { break-inside: avoid-page; border: 0; padding: 0; } nav { display: none; } }
`;
