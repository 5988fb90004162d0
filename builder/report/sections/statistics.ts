import { columnCode, type Html, html } from '../../../common/html.ts';
import { counted, formatCount, formatShare, formatValue } from '../numbers.ts';
import { type Column, featuresOf, type View } from '../view.ts';

/** A value for people, with the exact one for who points at it. */
function valueCell(value: number | null | undefined, unit: string | undefined): Html {
  if (value === null || value === undefined) return html`<td>–</td>`;
  return html`<td title="${String(value)}">${formatValue(value, unit)}</td>`;
}

function rowOf({ manifest }: View, { name, unit, nulls }: Column): Html {
  const own = manifest.statistics[name];
  const constant = manifest.constantColumns.includes(name);
  const absent = manifest.missingColumns.filter(({ columns }) => columns.includes(name)).length;
  const flags = [
    constant ? 'constant' : undefined,
    manifest.leakingColumns.includes(name) ? 'suspected leak' : undefined,
    absent > 0 ? `absent on ${counted(absent, 'node')}` : undefined,
  ].filter((flag) => flag !== undefined);
  return html`<tr><th scope="row">${columnCode(name)}</th><td>${formatShare(nulls, manifest.rows)}</td><td>${own === undefined ? '–' : formatCount(own.count)}</td>${valueCell(own?.mean, unit)}${valueCell(own?.std, unit)}${valueCell(own?.min, unit)}${valueCell(own?.max, unit)}<td class="left">${flags.map((flag) => html`<span class="badge">${flag}</span> `)}</td></tr>`;
}

export function statisticsSection(view: View): Html {
  const heads = ['nulls', 'training values', 'mean', 'standard deviation', 'least', 'greatest'];
  return html`<section id="statistics"><h2>Statistics</h2>
<p class="lead">Nulls in all rows; everything else of the training rows only, as a normalisation may use it.</p>
<div class="scroll" tabindex="0"><table><caption>Features with their units</caption><thead><tr><th scope="col">feature</th>${heads.map((head) => html`<th scope="col">${head}</th>`)}<th scope="col" class="left"></th></tr></thead>
<tbody>${featuresOf(view.manifest).map((column) => rowOf(view, column))}</tbody></table></div></section>`;
}
