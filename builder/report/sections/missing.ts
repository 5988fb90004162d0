import { columnCode, type Html, html } from '../../../common/html.ts';
import { timeAxis } from '../axis.ts';
import { runsOf } from '../bins.ts';
import { legend } from '../legend.ts';
import { formatShare } from '../numbers.ts';
import { bar, laneRow, strip } from '../strip.ts';
import { type Column, featuresOf, type View } from '../view.ts';

const HEIGHT = 14;

/** How shares of nulls are drawn, up to which: [share, class, meaning]. */
const LEVELS = [
  [0, 'm0', 'none'],
  [0.01, 'm1', 'up to 1 %'],
  [0.1, 'm2', 'up to 10 %'],
  [0.5, 'm3', 'up to 50 %'],
  [1 - Number.EPSILON, 'm4', 'below 100 %'],
  [1, 'm5', 'all'],
] as const;

const NO_ROWS = 'none';

function levelOf(nulls: number, rows: number): string {
  return LEVELS.find(([share]) => nulls <= share * rows)?.[1] ?? 'm5';
}

function rowOf({ bins, collected, manifest }: View, { name, nulls }: Column): Html {
  const counts = collected.nulls.get(name) ?? new Uint32Array(bins.count);
  const levels = Array.from(collected.rows, (rows, bin) =>
    rows === 0 ? NO_ROWS : levelOf(counts[bin] ?? 0, rows),
  );
  const bars = runsOf(levels)
    .filter(([level]) => level !== NO_ROWS)
    .map(([level, first, end]) => bar({ from: first / bins.count, to: end / bins.count, className: level }));
  const share = formatShare(nulls, manifest.rows);
  return laneRow(columnCode(name), strip(`${name}: ${share} of the rows are null`, HEIGHT, bars), share);
}

export function missingSection(view: View): Html {
  const features = featuresOf(view.manifest);
  return html`<section id="missing"><h2>Missing values</h2>
<p class="lead">Share of the rows, over all nodes, in which a feature is null, over time (UTC); its share of all rows on the right. Where nothing is drawn there are no rows.</p>
${legend(LEVELS.map(([, className, text]) => ({ className, text })))}
<div class="lanes">${features.map((column) => rowOf(view, column))}${timeAxis(view.ticks)}</div></section>`;
}
