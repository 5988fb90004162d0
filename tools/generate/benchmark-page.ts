import { ALWAYS_ATTACK } from '../../builder/benchmark/baselines.ts';
import { inOrder, type Result } from '../../builder/benchmark/result.ts';
import { cells, HEAD, ofRows } from '../../builder/benchmark/table.ts';
import { PARTS } from '../../dataset/model/rows.ts';
import type { Scenario } from '../../scenarios/scenario/scenario.ts';
import type { Benchmark, DatasetResults } from '../lab-campaign/results.ts';
import { cell, code, page, table } from './markdown.ts';

const list = (names: readonly string[]) => names.map(code).join(', ') || 'none';

/** Of a scenario in a part: rows, and episodes where there is not one. */
function shown({ rows, episodes }: { readonly rows: number; readonly episodes: number }): string {
  if (rows === 0) return '–';
  return episodes === 1 ? String(rows) : `${rows} in ${episodes}`;
}

function scenarioTable({ pod, node }: Benchmark): string {
  const rows = Object.entries(pod.scenarios).map(([name, { role, parts }]) => [
    code(name),
    role,
    ...PARTS.map((part) => shown(parts[part])),
    ...PARTS.map((part) => shown(node.scenarios[name]?.parts[part] ?? { rows: 0, episodes: 0 })),
  ]);
  return table(
    ['scenario', 'role', ...PARTS.map((part) => `pods: ${part}`), ...PARTS.map((part) => `node: ${part}`)],
    rows,
  );
}

/** What parts have no episode of, told from the rows themselves. */
function lackingIn({ scenarios }: DatasetResults, known: readonly Scenario[]): string[] {
  return known.flatMap(({ name }) => {
    const parts = PARTS.filter((part) => (scenarios[name]?.parts[part].rows ?? 0) === 0);
    return parts.length === 0 ? [] : [`${code(name)} in ${parts.join(' and ')}`];
  });
}

const precision = ({ averagePrecision }: Result) => averagePrecision ?? 0;

/** Whether calling everything an attack loses against each baseline that has learned something. */
function verdict({ baselines }: DatasetResults): string {
  const always = baselines.find(({ model }) => model === ALWAYS_ATTACK);
  const learned = baselines.filter(({ model }) => model !== ALWAYS_ATTACK);
  if (always === undefined || learned.length === 0) return 'No baseline could be learned.';
  const figures = (all: readonly Result[]) =>
    all.map((one) => `${one.model} ${precision(one).toFixed(3)}`).join(', ');
  const loses = learned.every((one) => precision(one) > precision(always));
  return `${code(ALWAYS_ATTACK)} ${loses ? 'loses' : 'does not lose'} on average precision: ${figures([always])} against ${figures(learned)}.`;
}

function dataset(title: string, results: DatasetResults): string[] {
  const { rows, normalRows, gapSteps, drift, lacks, leaking, baselines } = results;
  const parts = PARTS.map(
    (part) => `${part} ${rows[part] ?? 0} (${normalRows[part] ?? 0} of plain normal time)`,
  );
  const [first] = baselines;
  return [
    `## ${title}`,
    `Rows: ${parts.join(', ')}, embargo ${rows['embargo'] ?? 0}; ${gapSteps} steps without values, because a scrape was late.`,
    lacks.length === 0
      ? 'By the manifest no part lacks anything.'
      : `What parts lack by the manifest: ${lacks.join('; ')}.`,
    ...(first === undefined ? [] : [`${ofRows(first)}.`]),
    table(
      HEAD,
      inOrder(baselines).map((one) => cells(one)),
    ),
    verdict(results),
    ...baselines.flatMap(({ model, notes }) => notes.map((note) => `${model}: ${note}.`)),
    `Features that follow the time that has passed: ${list(drift.real)}. Features that tell attacks by themselves in the training rows: ${list(leaking)}.`,
    `A drift planted in each of ${drift.features} features, one at a time: flagged in ${drift.features - drift.missed.length}${
      drift.missed.length === 0 ? '' : ` (not in ${list(drift.missed)})`
    }, and beside it ${drift.spilled.length === 0 ? 'no other feature was flagged that is not flagged without it' : `other features with that in ${list(drift.spilled)}`}.`,
  ];
}

/** docs/reference/benchmark.md: a campaign of all scenarios in three seeds, and what its datasets are worth. */
export function benchmarkPage(scenarios: readonly Scenario[], results: Benchmark | undefined): string {
  const intro =
    'All scenarios that need no cluster, once in each seed: another order, another company, another pod and another intensity each time. Several run at a time in pods of a node of its own, at most one of which takes what it can get of the machine; the other pods stand by. Episodes that run together are in one part of the split, so the plan puts those together that the split gives the same part. The builder makes a dataset of the pods and one of the node, split by episode, stratified by scenario and role (`sudo npm run lab:campaign`).';
  const written = (...parts: readonly string[]) =>
    page('tools/lab-campaign/results.json', 'A campaign of all scenarios as a benchmark', intro, ...parts);
  if (results === undefined) return written('There is no result yet.');
  const { campaign, pod, node } = results;
  const known = scenarios.filter(({ name }) => pod.scenarios[name] !== undefined);
  const missing = scenarios.filter((one) => !known.includes(one)).map(({ name }) => name);
  const lacking = lackingIn(pod, known);
  const { load } = campaign;
  return written(
    `Run on ${campaign.date}, Linux ${campaign.kernel}, ${campaign.cpus} CPUs, ${campaign.memoryGiB} GiB: ${known.length} scenarios, seeds ${campaign.seeds.join(', ')}, ${campaign.batches} batches in ${campaign.pods} pods, a scrape and a row each ${campaign.stepSeconds} s, ${campaign.minutes} minutes, load average ${load.mean.toFixed(1)} (at most ${load.most.toFixed(1)}), whoever else used the machine included.`,
    ...(campaign.note === undefined ? [] : [cell(campaign.note)]),
    `Not run, because they need a cluster: ${list(missing)}.`,
    campaign.failures.length === 0
      ? 'No scenario was refused or failed.'
      : `Refused or failed: ${campaign.failures.map(({ seed, scenario, why }) => `${code(scenario)} in seed ${seed} (${cell(why)})`).join('; ')}.`,
    'The dataset of the pods is in the repository as `samples/campaign`: `kubevigil-builder baseline samples/campaign` learns the models below again.',
    ...dataset('Rows about pods', pod),
    ...dataset('Rows about the node', node),
    '## What each part has',
    lacking.length === 0
      ? 'In the rows about pods each attack and each benign workload is in each part.'
      : `In the rows about pods there is no row of ${lacking.join(', ')}.`,
    'Rows that show the scenario, and the number of its episodes where there is more than one. Of several attacks at a time, the rows about the node are labelled by the one that began first; the others, and benign workloads beside attacks, have few rows there or none.',
    scenarioTable(results),
  );
}
