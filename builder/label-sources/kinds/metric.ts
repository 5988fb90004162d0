/** Ground truth as the scenarios expose it: when each episode started and ended, as values of two metrics. */

import { z } from 'zod';
import { groupBy } from '../../../common/collections.ts';
import { BuilderError } from '../../../common/errors.ts';
import { MS_PER_SECOND, wholeMs } from '../../../common/ms.ts';
import { formatTime, LATEST_MS, unlikelyNumber } from '../../../common/times.ts';
import {
  DEFAULT_ROLE,
  EPISODE_METRICS,
  type Episode,
  EXPOSED_AFTER_END_MS,
  INVOLVEMENTS,
  nodeText,
} from '../../../dataset/episodes/contract.ts';
import { labelName, matchers } from '../../promql/schemas.ts';
import { type RawSeries, seriesKey, seriesName } from '../../samples/series.ts';
import type { LabelSet } from '../label-set.ts';
import { type LabelQuery, type LabelTimes, labelSource } from '../source.ts';

/** The last moment that was told; 0 and NaN stand for «not yet», as does what no date can be written of. */
function toldMs({ values }: RawSeries): number | undefined {
  const told = values.findLast((value) => value > 0 && value * MS_PER_SECOND <= LATEST_MS);
  return told === undefined ? undefined : Math.round(told * MS_PER_SECOND);
}

/** What tells moments in another unit than seconds: an episode would be lost without a word. */
function noMoments(series: readonly RawSeries[]): string[] {
  return series.flatMap(({ labels, values }) => {
    const beyond = values.find((value) => value * MS_PER_SECOND > LATEST_MS);
    if (beyond === undefined) return [];
    return `labels metric: ${seriesName(labels)} is ignored where it is ${beyond}: ${unlikelyNumber(String(beyond), 'seconds')}`;
  });
}

/** The moment that most recently was told by any of the series: several, when the exporter's address changed. */
function newestTold(series: readonly RawSeries[]): number | undefined {
  const told = series.flatMap((each) => {
    const ms = toldMs(each);
    return ms === undefined ? [] : [{ ms, at: each.timestampsMs.at(-1) ?? 0 }];
  });
  return told.sort((a, b) => b.at - a.at || a.ms - b.ms)[0]?.ms;
}

/** The series that was seen last, whatever the order in which the server gives them: of labels that changed it has the last word. */
function newestOf(series: readonly RawSeries[]): RawSeries {
  const seenMs = ({ timestampsMs }: RawSeries) => timestampsMs.at(-1) ?? 0;
  return series.reduce((newest, each) => {
    const laterMs = seenMs(each) - seenMs(newest);
    if (laterMs !== 0) return laterMs > 0 ? each : newest;
    return seriesKey(each.labels) < seriesKey(newest.labels) ? each : newest;
  });
}

/** The labels that tell whom a series is about. */
interface SubjectLabels {
  readonly nodeLabel: string;
  readonly clusterLabel: string;
}

/**
 * Finds the cluster of each series. One that tells none is about the cluster that others tell of the same episode and
 * node, if that is one: the label came, or went, while the episode was told of.
 */
function clusterFinder(series: readonly RawSeries[], { nodeLabel, clusterLabel }: SubjectLabels) {
  const subjectOf = ({ labels }: RawSeries) =>
    JSON.stringify([labels['episode'], labels[nodeLabel], labels['namespace'], labels['pod']]);
  const told = new Map<string, Set<string>>();
  for (const each of series) {
    const cluster = each.labels[clusterLabel] ?? '';
    if (cluster === '') continue;
    const subject = subjectOf(each);
    told.set(subject, (told.get(subject) ?? new Set()).add(cluster));
  }
  return (each: RawSeries) => {
    const subject = subjectOf(each);
    const others = told.get(subject);
    const [only = ''] = others?.size === 1 ? others : [];
    const cluster = each.labels[clusterLabel] || only;
    return { cluster, subject: cluster === '' ? subject : JSON.stringify([cluster, subject]) };
  };
}

/**
 * The episodes that the two metrics tell of, exact to the millisecond. One without an end goes on until it is seen
 * ended: to `lastMs`, or, when it is exposed no more, to when it was last seen, with a warning.
 *
 * @throws {BuilderError} `labels` for a series without episode, scenario or node
 */
function episodesOfMetric(
  starts: readonly RawSeries[],
  ends: readonly RawSeries[],
  names: SubjectLabels,
  { lastMs, nowMs, freshnessMs }: LabelTimes,
): { episodes: Episode[]; warnings: string[] } {
  const warnings = noMoments([...starts, ...ends]);
  const { nodeLabel } = names;
  const find = clusterFinder([...starts, ...ends], names);
  const endsOf = groupBy(ends, (each) => find(each).subject);
  const knownUntilMs = Math.min(nowMs, lastMs + EXPOSED_AFTER_END_MS);
  const episodes = [...groupBy(starts, (each) => find(each).subject)].flatMap(([subject, own]) => {
    const { labels } = newestOf(own);
    const { episode = '', scenario = '', namespace = '', pod = '', role = '', run = '' } = labels;
    const { chain = '', stage = '' } = labels;
    const involvement = INVOLVEMENTS.find((one) => one === labels['involvement']);
    const node = labels[nodeLabel] ?? '';
    const missing = Object.entries({ episode, scenario, [nodeLabel]: node }).find(
      ([, value]) => value === '',
    );
    if (missing !== undefined)
      throw new BuilderError('labels', `labels metric: ${seriesName(labels)} has no label ${missing[0]}`);
    const { cluster } = find(newestOf(own));
    const who = { node, ...(cluster !== '' && { cluster }) };
    const place = `metric episode ${episode}`;
    const startMs = newestTold(own);
    if (startMs === undefined) return [];
    const told = newestTold(endsOf.get(subject) ?? []);
    const seenMs = Math.max(...own.map(({ timestampsMs }) => timestampsMs.at(-1) ?? 0));
    const isLost = told === undefined && seenMs <= Math.min(knownUntilMs, lastMs) - freshnessMs;
    if (isLost)
      warnings.push(
        `${place} on ${nodeText(who)} was never seen to end: it counts until ${formatTime(seenMs)}`,
      );
    const endMs = told ?? (isLost ? seenMs : lastMs) + 1;
    // A row later than the dataset's last has no end that matters, and a moment has no rows.
    if (endMs <= startMs) return [];
    return {
      episode,
      scenario,
      startMs,
      endMs,
      node,
      namespace,
      pod,
      role: role || DEFAULT_ROLE,
      run,
      place,
      ...(cluster !== '' && { cluster }),
      ...(involvement !== undefined && pod !== '' && { involvement }),
      ...(chain !== '' && stage !== '' && { chain, stage }),
    };
  });
  const known = new Set(episodes.map(({ episode }) => episode));
  const endless = new Set(ends.map(({ labels }) => labels['episode'] ?? ''));
  for (const episode of endless) {
    if (!known.has(episode)) warnings.push(`metric episode ${episode} ended, but its start was never seen`);
  }
  return { episodes, warnings };
}

const schema = z.strictObject({
  metric: z.strictObject({
    selector: matchers.prefault(''),
    /** The label that has the affected node; `exported_node` where the scrape does not honour labels. */
    nodeLabel: labelName.default('node'),
    /** The label that has its cluster; without it the dataset's own. */
    clusterLabel: labelName.optional(),
  }),
});

/** Ground truth of scenarios, read as raw samples, without the lookback of a query. */
export const metric = labelSource({
  kind: 'metric',
  schema,
  isKept: false,
  shown: { metric: 'expression' },
  absolute: (config) => config,
  configure: (config) => ({
    identity: config,
    expressions: [],
    namedBy: new Map([[config.metric.nodeLabel, 'node']]),
    scenarioLabels: [],
    open({ clusterLabel }) {
      const { selector, ...own } = config.metric;
      const names = { ...own, clusterLabel: own.clusterLabel ?? clusterLabel };
      const read = async ({ samples, times }: LabelQuery): Promise<LabelSet> => {
        const toMs = wholeMs(Math.min(times.nowMs, times.lastMs + EXPOSED_AFTER_END_MS));
        const series = (name: string) =>
          samples.read({ metric: name, matchers: selector }, times.fromMs, toMs);
        const starts = await series(EPISODE_METRICS.start.name);
        const { episodes, warnings } = episodesOfMetric(
          starts,
          await series(EPISODE_METRICS.end.name),
          names,
          times,
        );
        const source = { kind: 'metric', metric: EPISODE_METRICS.start.name, episodes: episodes.length };
        return { source, episodes, warnings };
      };
      return { read, watch: read };
    },
  }),
});
