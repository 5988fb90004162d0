/** Labels from any expression, such as firing alerts: where it has a value that is not zero, something was going on. */
import { z } from 'zod';
import { groupBy } from '../../../common/collections.ts';
import { BuilderError } from '../../../common/errors.ts';
import { wholeMs } from '../../../common/ms.ts';
import { formatTime } from '../../../common/times.ts';
import { DEFAULT_ROLE, type Episode } from '../../../dataset/episodes/contract.ts';
import { labelName } from '../../promql/schemas.ts';
import { type RawSeries, type SampleSource, type Steps, seriesName } from '../../samples/series.ts';
import type { LabelSet } from '../label-set.ts';
import { labelSource } from '../source.ts';

const schema = z
  .strictObject({
    promql: z.string().min(1),
    scenario: z
      .string()
      .min(1)
      .refine((name) => name !== 'normal', 'is the label of rows without an episode')
      .optional(),
    /** The label that has the scenario's name, such as `alertname`. */
    scenarioLabel: labelName.optional(),
    nodeLabel: labelName.default('node'),
    /** The label that has the node's cluster; without it the dataset's own. */
    clusterLabel: labelName.optional(),
    namespaceLabel: labelName.default('namespace'),
    podLabel: labelName.default('pod'),
    role: z.string().min(1).optional(),
  })
  .refine(({ scenario, scenarioLabel }) => scenario ?? scenarioLabel, 'needs a scenario or a scenarioLabel');

/** The configuration, in which the label of the cluster is decided. */
type PromqlConfig = Omit<z.output<typeof schema>, 'clusterLabel'> & { readonly clusterLabel: string };

interface Subject {
  readonly scenario: string;
  readonly node: string;
  readonly namespace: string;
  readonly pod: string;
  readonly cluster?: string;
}

function subjectOf({ labels }: RawSeries, config: PromqlConfig): Subject {
  const node = labels[config.nodeLabel] ?? '';
  const scenario = (config.scenarioLabel && labels[config.scenarioLabel]) || config.scenario || '';
  const missing = node === '' ? config.nodeLabel : scenario === '' ? config.scenarioLabel : undefined;
  if (missing !== undefined) {
    throw new BuilderError(
      'labels',
      `labels promql ${config.promql}: ${seriesName(labels)} has no label ${missing}`,
    );
  }
  const { [config.namespaceLabel]: namespace = '', [config.podLabel]: pod = '' } = labels;
  const cluster = labels[config.clusterLabel] ?? '';
  return { scenario, node, namespace, pod, ...(cluster !== '' && { cluster }) };
}

/** Runs of times that follow each other without leaving a step out, as first and last. */
function runsOf(timesMs: readonly number[], stepMs: number): [number, number][] {
  const runs: [number, number][] = [];
  for (const ms of timesMs) {
    const last = runs.at(-1);
    if (last !== undefined && ms === last[1] + stepMs) last[1] = ms;
    else runs.push([ms, ms]);
  }
  return runs;
}

/**
 * Episodes from the values of an expression at each step: those at which it fires label their own rows, and no others.
 *
 * @throws {BuilderError} `labels` for a series that does not tell its node or scenario
 * @internal exported for its own tests
 */
export function episodesOfMatrix(
  matrix: readonly RawSeries[],
  config: PromqlConfig,
  stepMs: number,
): Episode[] {
  const named = matrix.map((series) => ({ series, subject: subjectOf(series, config) }));
  return [...groupBy(named, ({ subject }) => JSON.stringify(Object.values(subject)))].flatMap(([, own]) => {
    const firing = own.flatMap(({ series: { timestampsMs, values } }) =>
      [...timestampsMs].filter((_, i) => values[i] !== 0 && !Number.isNaN(values[i])),
    );
    const [{ subject }] = own as [(typeof own)[0]];
    const timesMs = [...new Set(firing)].sort((a, b) => a - b);
    return runsOf(timesMs, stepMs).map(([firstMs, lastMs]) => {
      // Row t covers (t − step, t]: from just after the last row that does not fire to the last that does.
      const startMs = firstMs - stepMs + 1;
      const episode = `${subject.scenario}@${formatTime(startMs)}`;
      const place = `promql ${config.promql}`;
      return {
        ...subject,
        episode,
        startMs,
        endMs: lastMs,
        role: config.role ?? DEFAULT_ROLE,
        run: '',
        place,
      };
    });
  });
}

/** What an episode of an expression is about. */
function aboutOf({ scenario, cluster, node, namespace, pod }: Episode): string {
  return JSON.stringify([scenario, cluster, node, namespace, pod]);
}

/** The episodes, each by the name under which it is known if it began before the first step that was asked for. */
function continued(
  episodes: readonly Episode[],
  known: readonly Episode[],
  { firstMs, stepMs }: { readonly firstMs: number; readonly stepMs: number },
): Episode[] {
  const still = groupBy(
    known.filter(({ endMs }) => endMs >= firstMs - stepMs),
    aboutOf,
  );
  return episodes.map((episode) => {
    if (episode.startMs > firstMs - stepMs + 1) return episode;
    const begun = still.get(aboutOf(episode))?.find(({ startMs }) => startMs < episode.startMs);
    return begun === undefined ? episode : { ...episode, episode: begun.episode, startMs: begun.startMs };
  });
}

/** Labels of an expression, evaluated at each step. */
export const promql = labelSource({
  kind: 'promql',
  schema,
  isKept: false,
  shown: { promql: 'expression' },
  absolute: (config) => config,
  configure: (config) => ({
    identity: config,
    expressions: [{ key: 'promql', promql: config.promql }],
    namedBy: new Map([
      [config.podLabel, 'pod'],
      [config.namespaceLabel, 'namespace'],
      [config.nodeLabel, 'node'],
    ]),
    scenarioLabels: config.scenarioLabel === undefined ? [] : [config.scenarioLabel],
    open(surroundings) {
      const clustered = { ...config, clusterLabel: config.clusterLabel ?? surroundings.clusterLabel };
      const evaluate = async (samples: SampleSource, steps: Steps): Promise<LabelSet> => {
        const matrix = await samples.evaluate(config.promql, steps);
        const episodes = episodesOfMatrix(matrix, clustered, steps.stepMs);
        const source = { kind: 'promql', promql: config.promql, episodes: episodes.length };
        return { source, episodes, warnings: [] };
      };
      let known: readonly Episode[] = [];
      return {
        read({ samples, times: { fromMs, lastMs, freshnessMs }, stepMs }) {
          const firstMs = wholeMs(Math.ceil((fromMs + freshnessMs) / stepMs) * stepMs);
          return evaluate(samples, { firstMs, lastMs, stepMs });
        },
        /** As a build would that begins with the stream: what goes on for longer than that is remembered. */
        async watch({ samples, times: { fromMs, lastMs, freshnessMs }, stepMs }) {
          const firstMs = wholeMs((Math.floor((fromMs + freshnessMs) / stepMs) + 1) * stepMs);
          const set = await evaluate(samples, { firstMs, lastMs, stepMs });
          known = continued(set.episodes, known, { firstMs, stepMs });
          return { ...set, episodes: known };
        },
      };
    },
  }),
});
