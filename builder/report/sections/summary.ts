import { type Html, html } from '../../../common/html.ts';
import { labelSource } from '../../../dataset/metadata/card.ts';
import { serverText } from '../../../dataset/model/manifest.ts';
import { counted, formatCount, formatShare } from '../numbers.ts';
import { readableTime } from '../time-axis.ts';
import { featuresOf, type View } from '../view.ts';

const MS_PER_MINUTE = 60_000;
const MINUTES_PER_HOUR = 60;
const HOURS_PER_DAY = 24;
/** Long lists are cut: the manifest has all. */
const WARNINGS_SHOWN = 30;

/** `2 h`, `3.5 days` */
function spanText(ms: number): string {
  const minutes = ms / MS_PER_MINUTE;
  const hours = minutes / MINUTES_PER_HOUR;
  const [value, unit] =
    hours >= 2 * HOURS_PER_DAY
      ? [hours / HOURS_PER_DAY, 'days']
      : hours >= 2
        ? [hours, 'h']
        : [minutes, 'min'];
  return `${Number(value.toFixed(1))} ${unit}`;
}

function tiles({ manifest, bins, scenarios }: View): Html {
  const { rows, entities, step, gaps, classBalance, constantColumns, leakingColumns } = manifest;
  const attacks = scenarios.reduce((sum, { label }) => sum + (classBalance[label] ?? 0), 0);
  const gapSteps = gaps.reduce((sum, { steps }) => sum + steps, 0);
  const figures: [string, string][] = [
    [formatCount(rows), 'rows'],
    [formatCount(featuresOf(manifest).length), 'features'],
    [formatCount(entities.length), `${manifest.entity}${entities.length === 1 ? '' : 's'}`],
    [spanText(bins.steps * (bins.binMs / bins.stepsPerBin)), `in steps of ${step}`],
    [formatShare(attacks, rows), `rows under attack, ${counted(scenarios.length, 'scenario')}`],
    [formatCount(gapSteps), `${manifest.entity} steps missing, ${counted(gaps.length, 'gap')}`],
    [
      formatCount(constantColumns.length),
      constantColumns.length === 1 ? 'constant feature' : 'constant features',
    ],
    [formatCount(leakingColumns.length), leakingColumns.length === 1 ? 'suspected leak' : 'suspected leaks'],
  ];
  return html`<ul class="tiles">${figures.map(([value, what]) => html`<li><b>${value}</b><span>${what}</span></li>`)}</ul>`;
}

function warningList(warnings: readonly string[]): Html | undefined {
  if (warnings.length === 0) return undefined;
  const more = warnings.length - WARNINGS_SHOWN;
  const shown = warnings.slice(0, WARNINGS_SHOWN).map((warning) => html`<li>${warning}</li>`);
  const rest = more > 0 ? html`<li>… and ${formatCount(more)} more in manifest.json</li>` : undefined;
  return html`<ul class="warnings" aria-label="Warnings">${shown}${rest}</ul>`;
}

export function summarySection(view: View): Html {
  const { manifest, bins } = view;
  const { prometheus, labels, split, files, format } = manifest;
  const facts: [string, string | Html][] = [
    ['Time', `${readableTime(bins.startMs)} to ${readableTime(bins.endMs)} UTC`],
    ['Columns', `${manifest.columns.length}, in ${counted(files.length, `${format} file`)}`],
    [
      'Samples',
      `${serverText(prometheus)} by ${prometheus.reading}, scraped every ${manifest.scrapeInterval}`,
    ],
    [
      'Label sources',
      labels.length === 0 ? 'none: label and anomaly are null' : labels.map(labelSource).join('; '),
    ],
    [
      'Split',
      `${split.by === 'joined' ? 'as each lab has split its own' : `by ${split.by}`}, embargo ${split.embargo}`,
    ],
    ['Rows digest', html`<code>${manifest.rowsDigest}</code>`],
  ];
  return html`<section id="summary"><h2>Summary</h2>${tiles(view)}${warningList(manifest.warnings)}<dl>${facts.map(
    ([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`,
  )}</dl></section>`;
}
