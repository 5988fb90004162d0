import { columnCode, type Html, html } from '../../../common/html.ts';
import { timeAxis, timeLines } from '../axis.ts';
import type { Lane } from '../collect.ts';
import { type Envelope, extent, pathOf } from '../envelope.ts';
import { BENIGN_ITEM, legend, RECOVERY_ITEM, scenarioItems } from '../legend.ts';
import { marksOf } from '../marks.ts';
import { formatCount, formatValue, type Scale, scaleFor, unitName } from '../numbers.ts';
import { percent } from '../strip.ts';
import { type Column, displayName, drawnLanes, featuresOf, type View } from '../view.ts';

/** Heights that a line can stand at: finer than pixels. */
const LEVELS = 300;

function yAxis({ low, high, ticks }: Scale, unit: string | undefined): Html {
  const labels = ticks.map(
    (tick) =>
      html`<text x="100%" y="${percent((high - tick) / (high - low))}" dy="3.5" text-anchor="end">${formatValue(tick, unit)}</text>`,
  );
  return html`<svg class="y" aria-hidden="true">${labels}</svg>`;
}

function yLines({ low, high, ticks }: Scale): Html[] {
  return ticks.map((tick) => {
    const y = percent((high - tick) / (high - low));
    return html`<line class="grid" x1="0" x2="100%" y1="${y}" y2="${y}"/>`;
  });
}

function panel(view: View, column: Column, lane: Lane, index: number, scale: Scale | undefined): Html {
  const { bins } = view;
  const name = displayName(lane);
  const envelope = lane.envelopes?.get(column.name);
  const own = envelope === undefined ? undefined : extent([envelope]);
  if (envelope === undefined || own === undefined || scale === undefined) {
    return html`<figure><figcaption>${name}</figcaption><div class="plot"><span></span><div><p class="nothing">no value</p></div></div></figure>`;
  }
  const { low, high } = scale;
  const y = (value: number) => Math.round((LEVELS * (high - value)) / (high - low));
  const words = `${column.name} on ${name} over time: from ${formatValue(own[0], column.unit)} to ${formatValue(own[1], column.unit)}`;
  return html`<figure><figcaption>${name}</figcaption><div class="plot"><div style="border:0">${yAxis(scale, column.unit)}</div><div><svg aria-hidden="true">${yLines(scale)}<use href="#marks-${index}"/></svg><svg role="img" aria-label="${words}" viewBox="0 0 ${bins.count} ${LEVELS}" preserveAspectRatio="none"><path class="line" d="${pathOf(envelope, y)}"/></svg></div><svg class="axis" aria-hidden="true" width="100%" height="14"><use href="#times"/></svg></div></figure>`;
}

function badges({ manifest }: View, { name, nulls }: Column): Html {
  const flags = [
    manifest.constantColumns.includes(name) ? 'constant' : undefined,
    manifest.leakingColumns.includes(name) ? 'suspected leak' : undefined,
    nulls === manifest.rows ? 'all null' : undefined,
  ].filter((flag) => flag !== undefined);
  return html`${flags.map((flag) => html`<span class="badge">${flag}</span>`)}`;
}

function feature(view: View, column: Column): Html {
  const lanes = drawnLanes(view);
  const envelopes = lanes.flatMap(({ envelopes: own }) => own?.get(column.name) ?? []) satisfies Envelope[];
  const range = extent(envelopes);
  const scale = range === undefined ? undefined : scaleFor(...range);
  return html`<div class="feature" id="feature-${column.name}"><div class="feature-head"><h3>${columnCode(column.name)}</h3><span class="note">in ${unitName(column.unit)}</span>${badges(view, column)}</div><p class="note">${column.help}${column.window === undefined ? '' : ` Window ${column.window}.`}</p>
<div class="panels">${lanes.map((lane, i) => panel(view, column, lane, i, scale))}</div></div>`;
}

/** What all figures of a node, and all figures, have in common; each stands in the file once. */
function definitions(view: View): Html {
  const marks = drawnLanes(view).map(
    (lane, i) => html`<g id="marks-${i}">${timeLines(view.ticks)}${marksOf(view, lane)}</g>`,
  );
  return html`<svg aria-hidden="true" width="0" height="0" style="position:absolute"><defs>${marks}<g id="times">${timeAxis(view.ticks)}</g></defs></svg>`;
}

export function featuresSection(view: View): Html {
  const { manifest, bins, scenarios } = view;
  const drawn = drawnLanes(view).length;
  const cut =
    drawn < manifest.entities.length
      ? html`<p class="note">${formatCount(drawn)} of ${formatCount(manifest.entities.length)} ${manifest.entity}s are drawn: those with most attack rows.</p>`
      : undefined;
  const down =
    bins.stepsPerBin > 1
      ? html`<p class="note">Each point of a line spans ${formatCount(bins.stepsPerBin)} steps, drawn from the smallest to the largest value in them: no spike is left out. An attack that is shorter is shaded as wide as a point.</p>`
      : undefined;
  return html`<section id="features"><h2>Features over time</h2>
<p class="lead">Each feature on each node, on the same scale. Attacks are shaded by scenario, recovery is hatched; a line is broken where there is no value. Time in UTC.</p>${cut}${down}
${legend([...scenarioItems(scenarios), RECOVERY_ITEM, BENIGN_ITEM])}${definitions(view)}
${featuresOf(manifest).map((column) => feature(view, column))}</section>`;
}
