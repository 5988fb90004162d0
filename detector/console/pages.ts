/** What people see of the detector: its nodes and alarms, and an alarm with what made it one. */
import { Html, html } from '../../common/html.ts';
import { entityText } from '../../dataset/model/entity.ts';
import { largest } from '../../learning/base/matrix.ts';
import type { Alarm, NodeState, NodeWatch } from '../watch/node-watch.ts';
import { chart, type Point } from './chart.ts';
import { type Evidence, evidenceSection } from './evidence.ts';
import { picker } from './picker.ts';

/** Everything comes from the detector itself; forms go nowhere else. */
export const CONSOLE_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** What each state means, for whoever meets it first. */
const STATES: Readonly<Record<NodeState, string>> = {
  learning: 'its past is being learned: there is no score yet',
  provisional: 'its past is short: scores are less certain',
  watching: 'scored as trained',
  drifted: 'most of its rows are unlike those of the calibration: alarms mean less',
  blind: 'half of what the model looks at is missing: nothing can be said',
  stale: 'rows have stopped',
};

interface NodeView {
  readonly node: NodeWatch;
  readonly state: NodeState;
  readonly ageMs: number;
}

interface AlarmView {
  readonly node: NodeWatch;
  readonly alarm: Alarm;
  /** What people have said of it. */
  readonly verdicts: readonly string[];
}

const iso = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');
const time = (ms: number) =>
  html`<time datetime="${iso(ms)}">${iso(ms).replace('T', ' ').replace('Z', ' UTC')}</time>`;
const figure = (value: number) => value.toFixed(2);
const alarmLink = ({ id }: Alarm, text: string) =>
  html`<a href="alarm?id=${encodeURIComponent(id)}">${text}</a>`;

function document(title: string, body: Html): string {
  return `${
    html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><link rel="icon" href="data:,">
<title>${title}</title><link rel="stylesheet" href="console.css"><script src="console.js" defer></script></head><body>
<a class="skip" href="#main">Skip to the content</a>${body}</body></html>`.text
  }\n`;
}

function scoreCell(node: NodeWatch): Html {
  const score = node.score;
  if (score === undefined) return html`<td>–</td>`;
  const width = Math.min(100, Math.round(50 * score));
  return html`<td><svg class="meter" aria-hidden="true" viewBox="0 0 100 8" preserveAspectRatio="none" width="64" height="8"><rect class="track" width="100" height="8"/><rect class="${score > 1 ? 'over' : 'under'}" width="${width}" height="8"/><rect class="limit" x="50" width="1.5" height="8"/></svg>${figure(score)}</td>`;
}

/** Worst first: alarms, then what cannot be relied on, then the score. */
function order(a: NodeView, b: NodeView): number {
  const rank = ({ node, state }: NodeView) =>
    node.alarm !== undefined ? 0 : state === 'blind' || state === 'stale' ? 1 : state === 'drifted' ? 2 : 3;
  return rank(a) - rank(b) || (b.node.score ?? 0) - (a.node.score ?? 0);
}

/** Rows of a table that people look at; more of them would be slow to draw. */
const MOST_SHOWN = 500;

function nodesTable(nodes: readonly NodeView[]): Html {
  if (nodes.length === 0) return html`<p>No row has come yet.</p>`;
  const sorted = nodes.toSorted(order);
  const rows = sorted.slice(0, MOST_SHOWN).map(({ node, state, ageMs }) => {
    const alarm =
      node.alarm === undefined ? html`–` : alarmLink(node.alarm, `since ${iso(node.alarm.startMs)}`);
    return html`<tr class="${node.alarm === undefined ? state : 'alarm'}"><th scope="row">${entityText(node.entity)}</th><td><span class="state ${state}" title="${STATES[state]}">${state}</span></td>${scoreCell(node)}<td>${alarm}</td><td>${Math.max(0, Math.round(ageMs / 1000))} s</td><td>${Math.round(100 * node.missing)} %</td></tr>`;
  });
  const rest =
    sorted.length > MOST_SHOWN
      ? html`<p class="note">${sorted.length - MOST_SHOWN} more are not shown.</p>`
      : html``;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Nodes"><table><caption>Nodes, those that want attention first</caption><thead><tr><th scope="col">node</th><th scope="col">state</th><th scope="col">score</th><th scope="col">alarm</th><th scope="col">newest row</th><th scope="col">missing</th></tr></thead><tbody>${rows}</tbody></table></div>${rest}`;
}

function topClass({ peak }: Alarm, classes: readonly string[]): string {
  return classes[largest(peak.probabilities)] ?? 'unknown';
}

function alarmsTable(alarms: readonly AlarmView[], classes: readonly string[]): Html {
  if (alarms.length === 0) return html`<p>There has been no alarm.</p>`;
  const rows = alarms
    .toReversed()
    .map(
      ({ node, alarm, verdicts }) =>
        html`<tr><th scope="row">${alarmLink(alarm, entityText(node.entity))}</th><td>${time(alarm.startMs)}</td><td>${alarm.endMs === undefined ? 'on' : time(alarm.endMs)}</td><td>${figure(alarm.peak.score)}</td><td>${topClass(alarm, classes)}</td><td>${alarm.contributions.map(({ column }) => column).join(', ')}</td><td>${verdicts.join(', ') || 'open'}</td></tr>`,
    );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Alarms"><table><caption>Alarms, the newest first</caption><thead><tr><th scope="col">node</th><th scope="col">from</th><th scope="col">to</th><th scope="col">highest score</th><th scope="col">most like</th><th scope="col">because of</th><th scope="col">verdict</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

export interface Overview {
  readonly nodes: readonly NodeView[];
  readonly alarms: readonly AlarmView[];
  readonly classes: readonly string[];
  readonly model: string;
  readonly isActive: boolean;
  readonly isConnected: boolean;
  readonly carried: number;
}

/** The page at `/`. */
export function overviewPage({
  nodes,
  alarms,
  classes,
  model,
  isActive,
  isConnected,
  carried,
}: Overview): string {
  const mode = isActive
    ? html``
    : html`<p class="warning">This model is not promoted: it raises no alarms that Prometheus sees. Evaluate it, then <code>kubevigil-detector promote</code>.</p>`;
  const lost = isConnected
    ? html``
    : html`<p class="warning" role="alert">The stream is not being read: what is shown is what came last.</p>`;
  return document(
    'Kubevigil detector',
    html`<header><p class="eyebrow">Kubevigil detector</p><h1>${nodes.filter(({ node }) => node.alarm !== undefined).length} of ${nodes.length} nodes alarm</h1>
<p class="lead">Model ${model}. Where nothing happens, ${figure(carried)} rows a day and node may be above 1.</p></header>
<main id="main" data-refresh="5">${lost}${mode}<section><h2>Nodes</h2>${nodesTable(nodes)}</section><section><h2>Alarms</h2>${alarmsTable(alarms, classes)}</section></main>`,
  );
}

export interface AlarmPage extends AlarmView {
  readonly columns: readonly string[];
  readonly classes: readonly string[];
  /** Label of the training's window that is nearest to the alarm's peak; undefined when there is none. */
  readonly nearest: string | undefined;
  readonly stepMs: number;
  readonly evidence: Evidence;
}

function explanation({ alarm }: AlarmView): Html {
  const { contributions, peak } = alarm;
  if (contributions.length === 0) return html`<p>No group of columns alone made it an alarm.</p>`;
  return html`<ol>${contributions.map(({ column, without }) =>
    without < peak.score
      ? html`<li>Were <code>${column}</code> usual, the score would be ${figure(without)}, not ${figure(peak.score)}.</li>`
      : html`<li><code>${column}</code> is unusual, and so are others, each of which would be enough.</li>`,
  )}</ol>`;
}

/** The scores of a node's newest rows. */
const scoresOf = (node: NodeWatch): Point[] =>
  node.history.rows().map(({ timeMs, score }) => ({ timeMs, value: score }));

function verdictForm({ node, alarm, classes, stepMs }: AlarmPage): Html {
  const attacks = classes.filter((label) => label !== 'normal');
  return html`<form id="verdict" data-alarm="${alarm.id}"><fieldset><legend>What was it?</legend>
<label><input type="radio" name="verdict" value="confirm" required> An attack, of class <select name="as" aria-label="Class of the attack">${attacks.map((label) => html`<option>${label}</option>`)}<option value="other">another</option></select></label>
<label><input type="radio" name="verdict" value="reject"> Nothing wrong: a false alarm</label>
<label><input type="radio" name="verdict" value="unsure"> I cannot tell</label></fieldset>
<fieldset><legend>From when to when?</legend>${picker(alarm, scoresOf(node), stepMs)}</fieldset>
<label>Your name <input name="author" required maxlength="100" autocomplete="username"></label>
<label>Note <textarea name="note" maxlength="1000" rows="3"></textarea></label>
<button type="submit">Write the verdict down</button> <span id="result" role="status"></span></form>`;
}

/** The page of an alarm. */
export function alarmPage(view: AlarmPage): string {
  const { node, alarm, verdicts, columns, classes, nearest, evidence } = view;
  const named = alarm.contributions.map(({ column }) => column);
  const rows = node.history.rows();
  const newest = rows.at(-1);
  const missing = columns.filter((_, i) => newest !== undefined && Number.isNaN(newest.values[i] as number));
  const shares = alarm.peak.probabilities
    .map((value, i) => ({ label: classes[i] ?? 'unknown', value }))
    .sort((a, b) => b.value - a.value)
    .slice(0, 5);
  const figures = [
    chart('score', scoresOf(node), alarm, 1),
    ...named.map((column) =>
      chart(
        column,
        rows.map(({ timeMs, values }) => ({ timeMs, value: values[columns.indexOf(column)] as number })),
        alarm,
      ),
    ),
  ];
  return document(
    `${entityText(node.entity)}: alarm`,
    html`<header><p class="eyebrow"><a href="./">Kubevigil detector</a></p><h1>${entityText(node.entity)}</h1>
<p class="lead">Alarm from ${time(alarm.startMs)} ${alarm.endMs === undefined ? html`and still on` : html`to ${time(alarm.endMs)}`}; highest score ${figure(alarm.peak.score)}.</p></header>
<main id="main">
<section><h2>Why</h2>${explanation(view)}<p>Most likely: ${shares.map(({ label, value }, i) => html`${i > 0 ? ', ' : ''}<strong>${label}</strong> ${Math.round(100 * value)} %`)}.${nearest === undefined ? '' : ` Of the windows that the model learned from, the nearest is one of ${nearest}.`}</p>
${missing.length > 0 ? html`<p class="warning">Not seen in the newest row: ${missing.join(', ')}.</p>` : html``}</section>
<section><h2>The last rows</h2><p class="note">The alarm is shaded; columns that counted come first. The line on the score is where alarms begin.</p>${figures}</section>
${evidenceSection(evidence)}
<section><h2>Verdict</h2>${verdicts.length > 0 ? html`<p>So far: ${verdicts.join(', ')}.</p>` : html``}${verdictForm(view)}</section></main>`,
  );
}

/** A page with one sentence. */
export function messagePage(title: string, text: string): string {
  return document(
    title,
    html`<header><p class="eyebrow"><a href="./">Kubevigil detector</a></p><h1>${title}</h1></header><main id="main"><p>${text}</p></main>`,
  );
}

/** The page that asks for the token. */
export function loginPage(isWrong: boolean): string {
  const wrong = isWrong ? html`<p class="warning" role="alert">That is not the token.</p>` : new Html('');
  return document(
    'Kubevigil detector: token',
    html`<header><p class="eyebrow">Kubevigil detector</p><h1>Token</h1></header><main id="main"><section>${wrong}<form method="post" action="login"><label>The detector's token <input type="password" name="token" required autocomplete="current-password"></label><button type="submit">Enter</button></form></section></main>`,
  );
}
