/** The console's style and script: they come from the detector, need no build, and nothing from outside. */

export const CONSOLE_STYLE = `
:root { color-scheme: light dark; --page: #f6f7f8; --panel: #ffffff; --ink: #1b2127; --soft: #56616c; --rule: #dde1e6; --focus: #0072b2; --data: #23405e;
  --bad: #b24700; --bad-bg: #fdeee2; --good: #3d6b52; --warn: #8a4b00; --warn-bg: #fff4e2; --track: #e3e7eb; }
@media (prefers-color-scheme: dark) { :root { --page: #101418; --panel: #171c22; --ink: #e5e9ed; --soft: #9ba7b3; --rule: #2c343d; --focus: #4fa9e3; --data: #cfe3f7;
  --bad: #ffa061; --bad-bg: #33200f; --good: #7fcfa2; --warn: #ffcf87; --warn-bg: #2c2315; --track: #2a323b; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere; }
main, header { max-width: 1100px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 28px; padding-bottom: 8px; }
h1 { font-size: clamp(22px, 4vw, 30px); line-height: 1.2; margin: 2px 0 6px; } h2 { font-size: 18px; margin: 0 0 8px; }
p { margin: 0 0 10px; max-width: 90ch; } code { font: 0.92em ui-monospace, "DejaVu Sans Mono", Menlo, monospace; }
.eyebrow { margin: 0; color: var(--soft); font-size: 12px; letter-spacing: 0.09em; text-transform: uppercase; font-weight: 600; }
.lead, .note, caption { color: var(--soft); } .note { font-size: 13.5px; }
.skip { position: absolute; left: -999px; } .skip:focus { left: 8px; top: 8px; background: var(--panel); padding: 8px; }
a { color: inherit; text-underline-offset: 3px; } :focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
section { background: var(--panel); border: 1px solid var(--rule); border-radius: 12px; padding: 18px 20px 20px; margin: 0 0 16px; }
.warning { border: 1px solid var(--warn); background: var(--warn-bg); color: var(--warn); border-radius: 9px; padding: 10px 14px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; } caption { text-align: left; padding-bottom: 6px; font-size: 13.5px; }
th, td { padding: 6px 10px; border-bottom: 1px solid var(--rule); text-align: left; white-space: nowrap; } thead th { color: var(--soft); font-size: 13px; } tbody th { font-weight: 500; }
tr.alarm { background: var(--bad-bg); } tr.alarm th { font-weight: 700; }
.state { border: 1px solid currentColor; border-radius: 99px; padding: 1px 9px; font-size: 12.5px; } .state.watching { color: var(--good); } .state.blind, .state.stale, .state.drifted { color: var(--warn); } .state.learning, .state.provisional { color: var(--soft); }
.meter { vertical-align: middle; margin-right: 8px; border-radius: 3px; } .track { fill: var(--track); } .under { fill: var(--good); } .over { fill: var(--bad); } .meter .limit { fill: var(--ink); }
figure { margin: 14px 0 0; } figcaption { margin-bottom: 4px; } .chart { width: 100%; height: 110px; border-bottom: 1px solid var(--soft); display: block; }
.shade { fill: var(--bad); fill-opacity: 0.2; } .line { fill: none; stroke: var(--data); stroke-width: 1.6; vector-effect: non-scaling-stroke; } line.limit { stroke: var(--bad); stroke-dasharray: 4 4; vector-effect: non-scaling-stroke; }
form > label, fieldset > label { display: block; margin: 0 0 10px; } fieldset { border: 1px solid var(--rule); border-radius: 9px; margin: 0 0 12px; padding: 10px 14px; }
input, select, textarea, button { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--soft); border-radius: 7px; padding: 6px 10px; } input[type=range], textarea { width: 100%; display: block; } input[type=radio] { margin-right: 6px; }
button { background: var(--focus); color: #fff; border-color: transparent; cursor: pointer; min-height: 40px; } @media (prefers-color-scheme: dark) { button { color: #08131c; } }
@media (max-width: 640px) { main, header { padding-left: 12px; padding-right: 12px; } section { padding: 14px 12px; } th, td { padding: 6px; } }
`;

export const CONSOLE_SCRIPT = `'use strict';
const main = document.getElementById('main');
const seconds = Number(main.dataset.refresh);
async function refresh() {
  if (document.hidden || main.contains(document.activeElement)) return;
  const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
  if (!answer.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const scrolled = [...main.querySelectorAll('.scroll')].map((own) => own.scrollLeft);
  main.replaceChildren(...next.getElementById('main').childNodes);
  main.querySelectorAll('.scroll').forEach((own, i) => { own.scrollLeft = scrolled[i] ?? 0; });
  document.querySelector('h1').textContent = next.querySelector('h1').textContent;
}
if (seconds > 0) setInterval(() => refresh().catch(() => {}), seconds * 1000);

const form = document.getElementById('verdict');
if (form) {
  for (const name of ['start', 'end']) {
    const input = form.elements[name];
    input.addEventListener('input', () => {
      document.getElementById(name + '-shown').value = new Date(Number(input.value)).toISOString().replace('.000Z', 'Z');
    });
  }
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const { verdict, as, start, end, author, note } = Object.fromEntries(new FormData(form));
    const body = { alarm: form.dataset.alarm, verdict, as, start: Number(start), end: Number(end), author, note };
    const result = document.getElementById('result');
    try {
      const answer = await fetch('verdicts', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
      const told = await answer.json();
      result.textContent = answer.ok ? 'Written down.' : 'Not written down: ' + told.error;
    } catch {
      result.textContent = 'Not written down: the detector does not answer.';
    }
  });
}
`;
