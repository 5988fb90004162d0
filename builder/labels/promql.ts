/** Labels from any expression, such as firing alerts: where it has a value that is not zero, something was going on. */
import { groupBy } from '../../common/collections.ts';
import { BuilderError } from '../../common/errors.ts';
import { formatTime } from '../../common/times.ts';
import { DEFAULT_ROLE, type Episode } from '../../dataset/episodes/episodes.ts';
import type { PromqlLabels } from '../config/schema.ts';
import { type RawSeries, type SampleSource, type Steps, seriesName } from '../samples/series.ts';
import type { LabelSet } from './model.ts';
import type { Clustered } from './sources.ts';

interface Subject {
  readonly scenario: string;
  readonly node: string;
  readonly namespace: string;
  readonly pod: string;
  readonly cluster?: string;
}

function subjectOf({ labels }: RawSeries, config: Clustered<PromqlLabels>): Subject {
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
 */
export function episodesOfMatrix(
  matrix: readonly RawSeries[],
  config: Clustered<PromqlLabels>,
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

/** Evaluates the expression at each step. */
export async function promqlLabels(
  config: Clustered<PromqlLabels>,
  source: SampleSource,
  steps: Steps,
): Promise<LabelSet> {
  const matrix = await source.evaluate(config.promql, steps);
  const episodes = episodesOfMatrix(matrix, config, steps.stepMs);
  const { promql } = config;
  return { source: { kind: 'promql', promql, episodes: episodes.length }, episodes, warnings: [] };
}
