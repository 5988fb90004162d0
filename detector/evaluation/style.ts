/** Readable on a phone and on a desk, light and dark, and on paper. */
export const STYLE = `
:root { color-scheme: light dark; --page: #f6f7f8; --panel: #ffffff; --ink: #1b2127; --soft: #5a6672; --rule: #dde1e6; --focus: #0072b2; }
@media (prefers-color-scheme: dark) { :root { --page: #101418; --panel: #171c22; --ink: #e5e9ed; --soft: #9ba7b3; --rule: #2c343d; --focus: #4fa9e3; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere; }
main, header { max-width: 1100px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 36px; padding-bottom: 12px; }
h1 { font-size: clamp(22px, 4vw, 32px); line-height: 1.2; margin: 2px 0 8px; }
h2 { font-size: 20px; margin: 0 0 4px; }
p { margin: 0 0 12px; max-width: 96ch; }
.eyebrow { margin: 0; color: var(--soft); font-size: 12px; letter-spacing: 0.09em; text-transform: uppercase; font-weight: 600; }
.lead, .note, caption { color: var(--soft); }
section { background: var(--panel); border: 1px solid var(--rule); border-radius: 12px; padding: 22px 24px 24px; margin: 0 0 18px; }
.scroll { overflow-x: auto; margin: 10px 0 0; } .scroll:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: 6px; }
th, td { padding: 5px 10px; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; }
th { font-weight: 600; } thead th { color: var(--soft); vertical-align: bottom; }
th:first-child { text-align: left; position: sticky; left: 0; background: var(--panel); }
tbody th { font-weight: 500; }
@media (max-width: 640px) { main, header { padding-left: 12px; padding-right: 12px; } section { padding: 16px 14px; } th:first-child { white-space: normal; max-width: 40vw; } }
@media print { section { border: 0; padding: 0; break-inside: avoid-page; } }
`;
