import { columnCode, type Html, html } from '../../../common/html.ts';
import { folded, LEAKING_AUC, type Separation } from '../../../dataset/summary/auc.ts';
import { DRIFTING } from '../../../dataset/summary/drift.ts';
import { swatch } from '../legend.ts';
import { formatCount } from '../numbers.ts';
import { percent } from '../strip.ts';
import { type Column, featuresOf, type View } from '../view.ts';

const CHANCE = 0.5;
const METER_PIXELS = 90;
const DECIMALS = 3;
const DRIFT_DECIMALS = 2;
/** From here on a cell of the matrix is coloured. */
const NOTABLE = 0.6;

const NONE: Separation = { auc: null, positives: 0, negatives: 0 };

/** How an area is written; what is not quite 1 does not read as 1. */
function areaText(auc: number): string {
  const value = folded(auc);
  return value < 1 && value > 0.9995 ? '> 0.999' : value.toFixed(DECIMALS);
}

function arrow(auc: number): string {
  if (auc === CHANCE) return '';
  return auc > CHANCE ? '▲' : '▼';
}

const DIRECTIONS: Readonly<Record<string, string>> = { '▲': '▲ higher', '▼': '▼ lower' };

function meter(auc: number): Html {
  const share = (folded(auc) - CHANCE) / (1 - CHANCE);
  return html`<svg class="meter" aria-hidden="true" width="${METER_PIXELS}" height="9"><rect class="meter-track" width="100%" height="100%"/><rect class="meter-${auc > CHANCE ? 'up' : 'down'}" width="${percent(share)}" height="100%"/></svg>`;
}

function areaCell({ auc }: Separation): Html {
  return auc === null ? html`<td>–</td>` : html`<td>${meter(auc)}${areaText(auc)}</td>`;
}

function correlationOf({ collected }: View, name: string): number | null {
  return collected.drifts.get(name)?.correlation ?? null;
}

/** Whether a feature follows the time that has passed. */
function drifts(view: View, name: string): boolean {
  return Math.abs(correlationOf(view, name) ?? 0) >= DRIFTING;
}

function driftCell(view: View, name: string): Html {
  const correlation = correlationOf(view, name);
  return html`<td>${correlation === null ? '–' : correlation.toFixed(DRIFT_DECIMALS)}</td>`;
}

function bySeparation(view: View): { column: Column; train: Separation; all: Separation }[] {
  const { train, all } = view.collected;
  const rank = ({ auc }: Separation) => (auc === null ? -1 : folded(auc));
  return featuresOf(view.manifest)
    .map((column) => ({ column, train: train.get(column.name) ?? NONE, all: all.get(column.name) ?? NONE }))
    .sort((a, b) => rank(b.train) - rank(a.train) || rank(b.all) - rank(a.all));
}

function areaTable(view: View): Html {
  const rows = bySeparation(view).map(({ column: { name }, train, all }) => {
    const { auc } = train.auc === null ? all : train;
    const leaks = auc !== null && folded(auc) > LEAKING_AUC;
    return html`<tr><th scope="row"><a href="#feature-${name}">${columnCode(name)}</a></th><td class="left">${auc === null ? '–' : (DIRECTIONS[arrow(auc)] ?? '')}</td>${areaCell(train)}${areaCell(all)}<td>${formatCount(all.positives)}</td><td>${formatCount(all.negatives)}</td>${driftCell(view, name)}<td class="left">${leaks ? html`<span class="badge">suspected leak</span>` : undefined}${drifts(view, name) ? html`<span class="badge">drifts</span>` : undefined}</td></tr>`;
  });
  return html`<div class="scroll" tabindex="0"><table><caption>Area under the ROC curve of each feature alone, best first</caption>
<thead><tr><th scope="col">feature</th><th scope="col" class="left">in attacks</th><th scope="col">AUC, training rows</th><th scope="col">AUC, all rows</th><th scope="col">attack rows</th><th scope="col">other rows</th><th scope="col">with time</th><th scope="col" class="left"></th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function matrixCell(separation: Separation | undefined): Html {
  const auc = separation?.auc ?? null;
  if (auc === null) return html`<td>–</td>`;
  const strength = Math.max(0, (folded(auc) - NOTABLE) / (1 - NOTABLE));
  const colour = auc > CHANCE ? 'up' : 'down';
  const shade = Math.round(12 + 48 * strength);
  const style = strength > 0 ? `background:color-mix(in srgb,var(--${colour}) ${shade}%,transparent)` : '';
  return html`<td class="cell"><span style="${style}">${arrow(auc)} ${areaText(auc)}</span></td>`;
}

/** Which scenario moves which feature. */
function matrix(view: View): Html | undefined {
  const { byScenario } = view.collected;
  if (byScenario.length === 0) return undefined;
  const heads = byScenario.map(
    ({ scenario: { label, letter, colour } }) =>
      html`<th scope="col">${swatch(`shade ${colour}`, letter)} ${label}</th>`,
  );
  const rows = bySeparation(view).map(
    ({ column: { name } }) =>
      html`<tr><th scope="row">${columnCode(name)}</th>${byScenario.map(({ areas }) => matrixCell(areas.get(name)))}</tr>`,
  );
  const more = view.scenarios.length - byScenario.length;
  const rest = more > 0 ? ` ${formatCount(more)} more scenarios have no column.` : '';
  return html`<h3>What each scenario moves</h3><p class="note">The same area for the rows of one scenario against the rows labelled normal, from all parts. ▲ higher and ▼ lower during the attack.${rest}</p>
<div class="scroll" tabindex="0"><table><caption>Single-feature AUC by scenario; shaded from ${NOTABLE}</caption><thead><tr><th scope="col">feature</th>${heads}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** Why there is no area at all, where there is none. */
function nothingToCompare({ scenarios }: View): Html | undefined {
  if (scenarios.length > 0) return undefined;
  return html`<p class="note">No row is labelled as an attack, so that there is nothing to compare.</p>`;
}

export function separationSection(view: View): Html {
  return html`<section id="auc"><h2>Single-feature AUC</h2>
<p class="lead">The chance that a row under attack has the higher value than a row that is not, ties counted half, nulls left out; folded, so that 0.5 is chance and 1 is perfect either way. Above ${LEAKING_AUC} a feature says more than features do: it may leak the label. “With time” is the correlation of a feature with the time that has passed, within nodes and in normal rows alone: from ${DRIFTING} on either side of 0 a model may tell by it when a row is from.</p>
${nothingToCompare(view)}${areaTable(view)}${matrix(view)}</section>`;
}
