/** The records of matches beside an alarm. */
import { type Html, html } from '../../common/html.ts';
import type { EvidenceEvent } from '../../dataset/evidence/event.ts';
import { SEVERITIES } from '../../exporter/catalogue/events/record.ts';

/** What is known of an alarm's time: records, or why there are none to show. */
export type Evidence =
  | { readonly events: readonly EvidenceEvent[] }
  /** Nobody said where records are, or nodes of two clusters have one name, which records do not tell apart. */
  | 'no source'
  | 'two clusters';

/** Rows that people look at. */
const MOST_SHOWN = 50;
const MOST_TEXT = 240;

const rank = ({ severity }: EvidenceEvent) => (SEVERITIES as readonly string[]).indexOf(severity);
const short = (text: string) => (text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT)}…`);

/** The gravest, and of equals the first; in the order of time. @internal exported for its own tests */
export function chosen(events: readonly EvidenceEvent[], most = MOST_SHOWN): EvidenceEvent[] {
  const isWorse = new Set(events.toSorted((a, b) => rank(b) - rank(a) || a.timeMs - b.timeMs).slice(0, most));
  return events.filter((event) => isWorse.has(event));
}

function row({
  timeMs,
  rule,
  severity,
  mitre,
  namespace,
  pod,
  container,
  program,
  details,
  suppressed,
}: EvidenceEvent): Html {
  const iso = new Date(timeMs).toISOString();
  const owner = [namespace, pod, container].filter((part) => part !== '').join('/') || 'the node itself';
  const more = suppressed > 0 ? html` <span class="note">and ${suppressed} more like it</span>` : html``;
  return html`<tr><td><time datetime="${iso}">${iso.slice(11, 23)}</time></td><th scope="row" class="wide">${rule}${more}<br><code>${short(program === '' ? details : `${program} ${details}`)}</code></th><td><span class="severity ${severity}">${severity}</span></td><td>${mitre}</td><td>${owner}</td></tr>`;
}

/** The section of an alarm's page; texts are as the exporter recorded them, without what it took for secrets. */
export function evidenceSection(evidence: Evidence): Html {
  if (evidence === 'no source')
    return html`<section><h2>Evidence</h2><p class="note">Nobody said where records of matches are: <code>--events</code> names exporters or their files.</p></section>`;
  if (evidence === 'two clusters')
    return html`<section><h2>Evidence</h2><p class="note">Nodes of two clusters have this name, and records do not tell clusters: none is shown.</p></section>`;
  const { events } = evidence;
  if (events.length === 0)
    return html`<section><h2>Evidence</h2><p>No rule of the exporter matched on it in this time.</p></section>`;
  const shown = chosen(events);
  const rest =
    shown.length < events.length
      ? html`<p class="note">${events.length - shown.length} more are not shown; the gravest are.</p>`
      : html``;
  return html`<section><h2>Evidence</h2><div class="scroll" tabindex="0" role="region" aria-label="Evidence"><table><caption>What the exporter's rules matched in this time (UTC)</caption><thead><tr><th scope="col">time</th><th scope="col">rule, and what it matched</th><th scope="col">severity</th><th scope="col">technique</th><th scope="col">of</th></tr></thead><tbody>${shown.map(row)}</tbody></table></div>${rest}</section>`;
}
