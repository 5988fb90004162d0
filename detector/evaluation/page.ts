/** eval.html: an evaluation as one page for people, without scripts. */
import { Html, html } from '../../common/html.ts';
import type { Evaluation, Interval, Recall } from './result.ts';
import { STYLE } from './style.ts';

/** Nothing is loaded and nothing runs, whatever a name in the data tries. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

const PERCENT = 100;

const figure = (value: number | null | undefined, digits = 2) =>
  value === null || value === undefined ? '–' : value.toFixed(digits);
const between = (interval: Interval | null | undefined, digits = 2) =>
  interval === null || interval === undefined
    ? '–'
    : interval.map((value) => value.toFixed(digits)).join(' to ');
const percent = (share: string) => `${Math.round(Number(share) * PERCENT)} %`;

type Cell = string | number | Html;

function table(caption: string, head: readonly string[], rows: readonly (readonly Cell[])[]): Html {
  if (rows.length === 0) return html``;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(([first = '', ...others]) => html`<tr><th scope="row">${first}</th>${others.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
</table></div>`;
}

const recallCells = (own: Recall | null | undefined): Cell[] => [
  own?.events ?? '–',
  own?.found ?? '–',
  figure(own?.recall),
  between(own?.interval),
  own?.medianDelay ?? '–',
];
const RECALL_HEAD = ['events', 'found', 'recall', '95 % interval', 'median delay in rows'];

function section(title: string, text: string, ...parts: readonly Html[]): Html {
  return html`<section><h2>${title}</h2><p class="note">${text}</p>${parts}</section>`;
}

function alarmsSection({ falseAlarms, budget, benign }: Evaluation): Html {
  const { nodes, nodeDays, alarms, rate, interval } = falseAlarms;
  const known =
    rate === null
      ? 'No node is free of attacks in the held-out rows, so that nobody can tell how many false alarms there are. Everything that needs them is left out below.'
      : `${alarms} false alarms in ${nodeDays.toFixed(2)} days of ${nodes} attack-free nodes: ${figure(rate)} per node and day, with 95 % confidence ${between(interval)}.`;
  return section(
    'False alarms',
    `${known} ${figure(budget.asked)} was asked for; the calibration could carry ${figure(budget.carried)}. A benign workload that raises an alarm is counted apart.`,
    table(
      'Benign workloads that raised an alarm',
      ['', ...RECALL_HEAD],
      [['benign workloads', ...recallCells(benign)]],
    ),
  );
}

function attacksSection({ attacks, strong, byClass, telemetryLost, attribution }: Evaluation): Html {
  const lost = Object.entries(telemetryLost).map(([share, own]): [string, Recall] => [
    `all, ${percent(share)} of their rows lost`,
    own,
  ]);
  const rows: [string, Recall][] = [
    ['all', attacks],
    ['strong', strong],
    ...lost,
    ...Object.entries(byClass),
  ];
  return section(
    'Attacks found',
    `An attack is found when an alarm is on in one of its rows for its own sake. Strong ones move a column that their scenario names by 5 robust standard deviations or more. Of ${attribution.events} found ones with known effects, ${attribution.right} have an expected column among the three that the explanation names.`,
    table(
      'By class, at the threshold of the calibration',
      ['attacks', ...RECALL_HEAD],
      rows.map(([name, own]) => [name, ...recallCells(own)]),
    ),
  );
}

function methodsSection({ methods, networkAdvantage }: Evaluation): Html {
  return section(
    'Beside the baselines',
    'Each method at the lowest threshold that raises no more false alarms than the detector did. Average precision and VUS-PR need no threshold.',
    table(
      'At equal false alarms',
      ['method', ...RECALL_HEAD, 'average precision', 'VUS-PR'],
      methods.map(({ name, attacks, averagePrecision, vusPr }) => [
        name,
        ...recallCells(attacks),
        figure(averagePrecision),
        figure(vusPr),
      ]),
    ),
    table(
      'What the network finds more of, as a share of the same events',
      ['than', 'difference', '95 % interval'],
      Object.entries(networkAdvantage).map(([name, { mean, interval }]) => [
        name,
        figure(mean),
        between(interval),
      ]),
    ),
  );
}

function classesSection({ classes }: Evaluation): Html {
  const names = [...new Set(classes.flatMap(({ byClass }) => Object.keys(byClass)))];
  return section(
    'Naming the class',
    'F1 of held-out rows whose class the model knows.',
    table(
      'F1 by class',
      ['class', ...classes.map(({ name }) => name)],
      [
        ['macro', ...classes.map(({ macroF1 }) => figure(macroF1))],
        ...names.map((label) => [label, ...classes.map(({ byClass }) => figure(byClass[label]?.f1))]),
      ],
    ),
  );
}

function relearnedSection({ relearned }: Evaluation): Html {
  if (relearned === null)
    return section(
      'Controls',
      'The datasets that the model was trained with were not all given: controls, other seeds and classes that are left out need them.',
    );
  const { controls, bySeed, leftOut, seeds } = relearned;
  const rows: [string, number][] = [
    ['the trees as they are', controls.honest],
    ['labels in random order', controls.shuffledLabels],
    ['every row is called normal', controls.guessing],
    ['random rows held out (inflated)', controls.randomSplit],
    ["values against the fleet's past", controls.globalNormaliser],
  ];
  return section(
    'Controls',
    'Trees learned again: from shuffled labels they must come to what guessing comes to; a split by rows at random is shown because others report it, and is inflated, as neighbouring rows are alike.',
    table(
      'Macro F1 on held-out rows',
      ['control', 'macro F1'],
      rows.map(([name, value]) => [name, figure(value)]),
    ),
    table(
      `Over ${seeds.length} seeds: mean, least to most`,
      ['model', 'macro F1', 'recall of attacks at equal false alarms'],
      Object.entries(bySeed).map(([name, { macroF1, attackRecall }]) => [
        name,
        `${figure(macroF1.mean)}, ${figure(macroF1.least)} to ${figure(macroF1.most)}`,
        attackRecall === null
          ? '–'
          : `${figure(attackRecall.mean)}, ${figure(attackRecall.least)} to ${figure(attackRecall.most)}`,
      ]),
    ),
    table(
      'Attacks that trees have never seen, at equal false alarms',
      ['class left out', ...RECALL_HEAD],
      Object.entries(leftOut).map(([label, own]) => [label, ...recallCells(own)]),
    ),
  );
}

/** The whole document: the same evaluation gives the same bytes. */
export function evaluationPage(evaluation: Evaluation): string {
  const { model, detector, datasets, attackedNodes, falseAlarms, step, seed } = evaluation;
  const rows = datasets.reduce((sum, { heldOutRows }) => sum + heldOutRows, 0);
  return `${
    html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><link rel="icon" href="data:,">
<title>${model}: evaluation</title><style>${new Html(STYLE)}</style></head><body>
<header><p class="eyebrow">Evaluation of a model</p><h1>${model}</h1>
<p class="lead">${rows} held-out rows, one each ${step}; ${attackedNodes} attacked and ${falseAlarms.nodes} attack-free nodes. kubevigil-detector ${detector}, seed ${seed}.</p></header>
<main>
${alarmsSection(evaluation)}
${attacksSection(evaluation)}
${methodsSection(evaluation)}
${classesSection(evaluation)}
${relearnedSection(evaluation)}
</main></body></html>`.text
  }\n`;
}
