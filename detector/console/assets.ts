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
.picker { position: relative; touch-action: none; user-select: none; cursor: ew-resize; margin: 6px 0 14px; } .picker figure { margin: 0; } .picker figcaption { visibility: hidden; height: 0; margin: 0; overflow: hidden; }
.window { position: absolute; top: 0; bottom: 0; border: 1px solid var(--focus); border-width: 2px 0; background: var(--focus); opacity: 0.11; pointer-events: none; }
.edge { position: absolute; top: 0; bottom: 0; width: 36px; margin-left: -18px; border-radius: 7px; } .edge::before { content: ""; position: absolute; top: 0; bottom: 0; left: 17px; width: 2px; background: var(--focus); }
.edge::after { content: ""; position: absolute; left: 10px; width: 16px; height: 28px; border-radius: 8px; background: var(--focus); border: 2px solid var(--panel); } .edge.start::after { top: 12px; } .edge.end::after { bottom: 12px; }
.severity { border: 1px solid currentColor; border-radius: 99px; padding: 1px 9px; font-size: 12.5px; color: var(--soft); } .severity.warning { color: var(--warn); background: none; } .severity.critical { color: var(--bad); font-weight: 700; }
th.wide { white-space: normal; min-width: 15em; overflow-wrap: anywhere; } th.wide code { color: var(--soft); font-weight: 400; } caption { white-space: normal; }
form > label, fieldset > label { display: block; margin: 0 0 10px; } fieldset { border: 1px solid var(--rule); border-radius: 9px; margin: 0 0 12px; padding: 10px 14px; }
input, select, textarea, button { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--soft); border-radius: 7px; padding: 6px 10px; } textarea { width: 100%; display: block; } input[type=radio] { margin-right: 6px; }
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
  const picker = form.querySelector('.picker');
  const [from, to, step] = ['from', 'to', 'step'].map((name) => Number(picker.dataset[name]));
  const edges = [...picker.querySelectorAll('[role=slider]')];
  const valueOf = (name) => Number(form.elements[name].value);
  const place = (ms) => (100 * (ms - from)) / (to - from) + '%';
  const show = () => {
    const limits = { start: [from, valueOf('end') - step], end: [valueOf('start') + step, to] };
    for (const edge of edges) {
      const ms = valueOf(edge.dataset.name);
      const text = new Date(ms).toISOString().replace('.000Z', 'Z');
      const [least, most] = limits[edge.dataset.name];
      edge.style.left = place(ms);
      for (const [key, value] of Object.entries({ min: least, max: most, now: ms, text })) edge.setAttribute('aria-value' + key, value);
      document.getElementById(edge.dataset.name + '-shown').value = text;
    }
    const own = picker.querySelector('.window');
    own.style.left = place(valueOf('start'));
    own.style.width = (100 * (valueOf('end') - valueOf('start'))) / (to - from) + '%';
  };
  const move = (edge, ms) => {
    const [least, most] = ['min', 'max'].map((key) => Number(edge.getAttribute('aria-value' + key)));
    form.elements[edge.dataset.name].value = Math.min(Math.max(from + step * Math.round((ms - from) / step), least), most);
    show();
  };
  const timeAt = (event) => {
    const { left, width } = picker.getBoundingClientRect();
    return from + ((to - from) * (event.clientX - left)) / width;
  };
  const distance = (edge, event) => Math.abs(valueOf(edge.dataset.name) - timeAt(event));
  let held;
  picker.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    held = event.target.closest('[role=slider]') ?? edges.reduce((best, edge) => (distance(edge, event) < distance(best, event) ? edge : best));
    held.focus();
    picker.setPointerCapture(event.pointerId);
    move(held, timeAt(event));
    event.preventDefault();
  });
  picker.addEventListener('pointermove', (event) => { if (held) move(held, timeAt(event)); });
  for (const end of ['pointerup', 'pointercancel']) picker.addEventListener(end, () => { held = undefined; });
  const keys = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -4, PageUp: 4, Home: -Infinity, End: Infinity };
  picker.addEventListener('keydown', (event) => {
    const edge = event.target.closest('[role=slider]');
    if (!edge || !(event.key in keys)) return;
    const by = keys[event.key];
    move(edge, Number.isFinite(by) ? valueOf(edge.dataset.name) + by * step : by < 0 ? from : to);
    event.preventDefault();
  });
  show();
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
