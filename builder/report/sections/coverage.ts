import { type Html, html } from '../../../common/html.ts';
import { timeAxis } from '../axis.ts';
import { type Bins, runsOf } from '../bins.ts';
import type { Lane } from '../collect.ts';
import { BENIGN_ITEM, legend, RECOVERY_ITEM, scenarioItems } from '../legend.ts';
import { marksOf } from '../marks.ts';
import { formatCount, formatShare } from '../numbers.ts';
import { bar, laneRow, strip } from '../strip.ts';
import { readableTime } from '../time-axis.ts';
import { displayName, type View } from '../view.ts';

const HEIGHT = 30;
/** Below the rows, what happened. */
const MARKS_HEIGHT = 14;

type State = 'full' | 'partial' | 'empty' | 'hollow';

const MEANING: Readonly<Record<State, string>> = {
  full: 'a row with data at every step',
  partial: 'some steps without data',
  empty: 'scraped in vain: rows without data',
  hollow: 'not scraped: no rows',
};

function stateOf({ rows, empty }: Lane, bins: Bins, bin: number): State {
  const present = rows[bin] as number;
  if (present >= bins.stepsIn(bin)) return 'full';
  if (present > 0) return 'partial';
  return (empty[bin] as number) > 0 ? 'empty' : 'hollow';
}

function laneOf(view: View, lane: Lane): Html {
  const { bins } = view;
  const states = Array.from({ length: bins.count }, (_, bin) => stateOf(lane, bins, bin));
  const bars = runsOf(states).map(([state, first, end]) => {
    const times = [first, end].map((bin) => readableTime(bins.startMs + bin * bins.binMs)).join(' to ');
    return bar({
      from: first / bins.count,
      to: end / bins.count,
      className: state,
      title: `${MEANING[state]}, ${times}`,
      height: HEIGHT - MARKS_HEIGHT,
    });
  });
  const present = lane.rows.reduce((sum, rows) => sum + rows, 0);
  const share = formatShare(Math.min(present, bins.steps), bins.steps);
  const name = displayName(lane);
  const marks = html`<svg y="${HEIGHT - MARKS_HEIGHT}" width="100%" height="${MARKS_HEIGHT}">${marksOf(view, lane)}</svg>`;
  const label = `${name}: data at ${share} of the steps`;
  return laneRow(name, strip(label, HEIGHT, [...bars, marks]), share);
}

export function coverageSection(view: View): Html {
  const { collected, manifest, scenarios } = view;
  const hidden = manifest.entities.length - collected.lanes.length;
  const cut =
    hidden > 0
      ? html`<p class="note">${formatCount(collected.lanes.length)} of ${formatCount(manifest.entities.length)} ${manifest.entity}s are shown: those with most attack rows, then those with most gaps.</p>`
      : undefined;
  const items = (['full', 'partial', 'empty', 'hollow'] as const).map((state) => ({
    className: state,
    text: MEANING[state],
  }));
  return html`<section id="coverage"><h2>Coverage</h2>
<p class="lead">When each ${manifest.entity} has rows with data, and below it what was done to it. Share of the steps with data on the right; time in UTC.</p>${cut}
${legend([...items, ...scenarioItems(scenarios), RECOVERY_ITEM, BENIGN_ITEM])}
<div class="lanes">${collected.lanes.map((lane) => laneOf(view, lane))}${timeAxis(view.ticks)}</div></section>`;
}
