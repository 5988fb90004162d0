import { WINDOW } from '../../detector/training/fleet.ts';
import { NOT_CHOSEN } from '../lab-nodes/choose.ts';
import {
  type Count,
  pooled,
  pooledAttribution,
  pooledByClass,
  sum,
  wilsonInterval,
} from '../lab-nodes/pooled.ts';
import type { CampaignJudgement, Judgement, LabResults, Recall } from '../lab-nodes/results.ts';

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const code = (name: string) => `\`${name}\``;
const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
const figure = (value: number | null) => (value === null ? '–' : value.toFixed(2));

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** `12 of 15: 80 % (55–93)` */
function share(count: Count): string {
  const interval = wilsonInterval(count);
  if (interval === undefined) return 'none';
  const [low, high] = interval.map((bound) => (100 * bound).toFixed(0));
  return `${count.found} of ${count.of}: ${percent(count.found / count.of)} (${low}–${high})`;
}

const countOf = ({ events, found }: Recall): Count => ({ of: events, found });

const delayOf = ({ medianDelay }: Recall) => (medianDelay === null ? '–' : String(medianDelay));

/** Whether a share is what it is to be at least, also by the lower end of its interval. */
function reached(count: Count, target: number): string {
  const [low = 0] = wilsonInterval(count) ?? [];
  if (count.of > 0 && count.found / count.of >= target && low < target)
    return 'met, with an interval below it';
  return verdict(count.of === 0 ? undefined : low >= target);
}

/** Whether a target was met, in a word. */
const verdict = (isMet: boolean | undefined) => (isMet === undefined ? 'no event' : isMet ? 'met' : 'missed');

const RECALL_TARGET = 0.95;
const DELAY_TARGET = 3;
const ATTRIBUTION_TARGET = 0.9;

function targets(judgements: readonly Judgement[]): string {
  const strong = pooled(judgements.map((own) => own.strong));
  const attribution = pooledAttribution(judgements);
  const delays = judgements.flatMap(({ strong: { medianDelay } }) => medianDelay ?? []);
  return table(
    ['target', 'found', ''],
    [
      ['strong attacks that are found: 95 %', share(strong), reached(strong, RECALL_TARGET)],
      [
        'median delay of strong attacks: at most 3 steps',
        delays.length === 0 ? 'none' : `${delays.join(', ')} (one for each model)`,
        verdict(delays.length === 0 ? undefined : Math.max(...delays) <= DELAY_TARGET),
      ],
      [
        'found attacks, a column named that the scenario changes: 90 %',
        share(attribution),
        reached(attribution, ATTRIBUTION_TARGET),
      ],
    ],
  );
}

function budgets(judgements: readonly Judgement[]): string {
  const rows = judgements.map(({ heldOut, budget, falseAlarms, calibrationHours }) => [
    heldOut,
    calibrationHours.toFixed(2),
    budget.asked.toFixed(0),
    budget.carried.toFixed(0),
    `${falseAlarms.alarms} in ${(24 * falseAlarms.nodeDays).toFixed(2)} node-hours`,
    falseAlarms.rate === null || falseAlarms.interval === null
      ? '–'
      : `${falseAlarms.rate.toFixed(0)} (${falseAlarms.interval.map((bound) => bound.toFixed(0)).join('–')})`,
  ]);
  const head = [
    'model without',
    'calibrated by, node-hours',
    'asked, a node-day',
    'carried by row',
    'false alarms',
  ];
  return table([...head, 'a node-day'], rows);
}

function models(judgements: readonly Judgement[]): string {
  const rows = judgements.map(({ heldOut, attacks, strong, benign }) => [
    heldOut,
    share(countOf(attacks)),
    delayOf(attacks),
    share(countOf(strong)),
    delayOf(strong),
    share(countOf(benign)),
  ]);
  const head = ['held out', 'attacks found', 'delay, steps', 'strong ones found', 'delay, steps'];
  return table([...head, 'benign workloads with an alarm'], rows);
}

function methods(judgements: readonly Judgement[]): string {
  const names = [...new Set(judgements.flatMap((own) => own.methods.map(({ name }) => name)))];
  const rows = names.map((name) => {
    const own = judgements.flatMap((one) => one.methods.filter((method) => method.name === name));
    return [
      name,
      share(pooled(own.map(({ attacks }) => attacks))),
      own.map(({ averagePrecision }) => figure(averagePrecision)).join(', '),
      judgements.map(({ macroF1 }) => figure(macroF1[name] ?? null)).join(', '),
    ];
  });
  return table(['method', 'attacks found', 'average precision', 'macro F1 of the class'], rows);
}

function classes(judgements: readonly Judgement[]): string {
  const known = pooledByClass(judgements.map(({ byClass }) => byClass));
  const left = pooledByClass(judgements.map(({ leftOut }) => leftOut));
  const text = (count: Count | undefined) => (count === undefined ? '–' : `${count.found} of ${count.of}`);
  const rows = [...known].map(([name, count]) => [code(name), text(count), text(left.get(name))]);
  const all = [known, left].map((own) => share(sum([...own.values()])));
  return table(
    ['attack', 'found', 'found by trees that never saw its kind'],
    [...rows, ['all of them', ...all]],
  );
}

function nodes({ nodes: all, judgements }: LabResults): string {
  const step = judgements[0]?.step ?? '';
  const rows = all.map((node) => [
    node.name,
    node.kernel,
    String(node.rows),
    String(node.emptyRows),
    String(node.attackRows),
    String(node.attacks),
    String(node.benign),
    String(node.clockMs),
  ]);
  const head = [
    'node',
    'Linux',
    `rows of ${step}`,
    'empty rows',
    'attack rows',
    'attacks',
    'benign workloads',
  ];
  return table([...head, 'clock away, ms'], rows);
}

/** What it means that attacks came so soon after each other that the detector still sees the one before. */
function closeness({ gapSeconds, judgements }: LabResults): string[] {
  const stepSeconds = Number.parseInt(judgements[0]?.step ?? '', 10);
  const seenSeconds = WINDOW * stepSeconds;
  if (!(gapSeconds < seenSeconds)) return [];
  const least = Math.ceil((seenSeconds - gapSeconds) / stepSeconds);
  return [
    `Attacks came ${gapSeconds} s after each other, and a window has ${WINDOW} rows of ${stepSeconds} s. Rows that still see the attack before find nothing, so that most attacks cannot be found before their row ${least}: delays here are longer than they would be with attacks further apart, and so little is normal on attacked guests that models learn what is usual mostly from another one.`,
  ];
}

function hoursOf({ nodes: all, judgements }: LabResults): string {
  const seconds = Number.parseInt(judgements[0]?.step ?? '', 10);
  return ((all.reduce((sum, { rows }) => sum + rows, 0) * seconds) / 3600).toFixed(1);
}

function made(results: LabResults): string[] {
  const { date, commits, evaluated, seed, evaluationSeeds, repetitions, planned, done } = results;
  const { durationSeconds, gapSeconds, quietSeconds } = results;
  return [
    `Guests ran the product of commit ${[...new Set(commits)].map(code).join(', ')}. Models were made and judged ${date} by ${code(evaluated)}, with Node ${results.node}. Together the nodes have ${hoursOf(results)} node-hours of ${results.columns} columns.`,
    `${done} of ${planned} planned episodes are in the datasets, each ${durationSeconds} s long, ${gapSeconds} s apart, each scenario ${repetitions === 1 ? 'once' : `${repetitions} times`} on a node, in an order and at an intensity that the seed ${seed} draws for each node.`,
    `Each node had ${quietSeconds / 60} minutes without attacks before the first, and attacked ones as many again before those for validation. Models were learned again with ${evaluationSeeds} other seeds.`,
  ];
}

function notDone({ failures, leftOut }: LabResults): string[] {
  const reasons = Object.entries(leftOut);
  const refused = reasons.filter(([, why]) => why !== NOT_CHOSEN);
  const unchosen = reasons.filter(([, why]) => why === NOT_CHOSEN).map(([name]) => code(name));
  const failed = Object.entries(failures).map(([name, why]) => `- ${code(name)}: ${why}`);
  return [
    '## What was not done',
    'Guests have no cluster, and a network that reaches nothing. Each guest was asked; this is what its service answered.',
    table(
      ['scenario', 'why not'],
      refused.map(([name, why]) => [code(name), why.replace(`${name}: `, '')]),
    ),
    ...(unchosen.length === 0
      ? []
      : [`Guests would have done these, and there was no time for them: ${unchosen.join(', ')}.`]),
    ...(failed.length === 0 ? [] : ['These episodes began and did not go as planned:', failed.join('\n')]),
  ];
}

function campaignSection(campaigns: readonly CampaignJudgement[]): string[] {
  if (campaigns.length === 0) return [];
  return [
    '## Campaigns on one machine',
    'The same detector on the datasets of `npm run lab:campaign`, where all entities run on one kernel: a model learned from the part `train`, and was judged by the part `test`. Where each entity was attacked at some time there is no figure of false alarms, and a recall says little without one. See [the benchmark](benchmark.md).',
    table(
      ['rows of', 'entities', 'rows', 'held-out rows', 'split by'],
      campaigns.map((own) => [
        `${own.entity}s`,
        String(own.entities),
        String(own.rows),
        String(own.heldOutRows),
        own.split,
      ]),
    ),
    targets(campaigns),
    models(campaigns),
    budgets(campaigns),
  ];
}

/** docs/reference/evaluation.md: what the detector is worth on nodes that it has never seen. */
export function evaluationPage(results: LabResults | undefined): string {
  const head = '<!-- Generated by `npm run generate` from tools/lab-nodes/results.json; do not edit. -->';
  const title = '# What the detector is worth on nodes that it has never seen';
  if (results === undefined)
    return `${head}\n\n${title}\n\nThere is no result yet: \`npm run lab:nodes\` makes one.\n`;
  const { judgements } = results;
  const sections = [
    title,
    'Guests with kernels of their own ran beside each other, each with the exporter and the scenarios (`npm run lab:nodes`). One Prometheus scraped them, and the builder made a dataset of each. For each attacked guest there is a model that learned from the others and has never seen it.',
    'It is small, and guests are emulated by qemu without KVM: slow, of one CPU, with little disk and no neighbours. Nothing here is a figure of real hardware or of a cluster. Intervals have 95 %.',
    '## Targets',
    'A strong attack is one whose named columns lie 5 robust standard deviations or more from the usual. It is found if an alarm begins or continues for its sake, at the false alarms below. Intervals are those of Wilson and take episodes for independent.',
    targets(judgements),
    `That has a price: benign workloads that raised an alarm too are ${share(pooled(judgements.map(({ benign }) => benign)))}, and the recall is at the false alarms below, not at the one a node-day that was asked for.`,
    ...closeness(results),
    '## False alarms',
    'One false alarm a node-day was asked for. So few quiet rows cannot carry that: with no alarm at all it takes 3.0 attack-free node-days. `promote` refuses such a model. False alarms are counted on guests that were never attacked and whose rows no model has seen; their intervals are exact for a Poisson count. The models are judged by the same attack-free guests, so that their false alarms do not add up.',
    budgets(judgements),
    '## By held-out node',
    models(judgements),
    '## Beside other methods',
    'Each method finds what it can at as many false alarms as the detector had, of all models together. Average precision and macro F1 have a figure for each model.',
    methods(judgements),
    '## By attack',
    'An attack that is left out is one of which its models had no example. Those that the guests had too few examples of are left out only of models that knew them.',
    classes(judgements),
    '## Lost telemetry',
    table(
      ['rows of attacks that do not arrive', 'attacks found'],
      [...pooledByClass(judgements.map(({ telemetryLost }) => telemetryLost))].map(([lost, count]) => [
        percent(Number(lost)),
        share(count),
      ]),
    ),
    ...campaignSection(results.campaigns),
    '## What was made',
    ...made(results),
    nodes(results),
    ...notDone(results),
  ];
  return `${[head, ...sections].join('\n\n')}\n`;
}
