import { groupBy } from '../../common/collections.ts';
import { BuilderError } from '../../common/errors.ts';
import { wholeMs } from '../../common/ms.ts';
import { isPlanned, type Partition, type PlannedColumn, type QueryColumn } from '../../dataset/model/rows.ts';
import { isInShard } from '../../dataset/model/shard.ts';
import { processesMetrics } from '../../exporter/catalogue/processes.ts';
import type { Plan } from '../plan/model.ts';
import { jobMatcher, selectorFor } from '../prometheus/selectors.ts';
import type { RawSeries, SampleSource } from '../samples/series.ts';

/** The series of one metric with the columns that are made of them. */
export interface FetchedMetric {
  readonly columns: readonly PlannedColumn[];
  readonly series: readonly RawSeries[];
}

/** What an expression gives at the steps of a partition. */
export interface FetchedQuery {
  readonly query: QueryColumn;
  readonly series: readonly RawSeries[];
}

/** Readings under way at once; more would only take the server's CPUs from each other. */
const AT_ONCE = 2;

/** Runs the tasks in order, at most `AT_ONCE` under way, and gives their results in order as they come. */
async function* inOrder<T>(tasks: readonly (() => Promise<T>)[]): AsyncGenerator<T> {
  const running: Promise<T>[] = [];
  for (const task of tasks) {
    running.push(task());
    // A later failure is reported when its turn comes, not as an unhandled rejection before.
    running.at(-1)?.catch(() => undefined);
    const first = running.length === AT_ONCE ? running.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const rest of running) yield await rest;
}

/** The `up` series of the plan's jobs: when targets were scraped, and with what success. */
export function fetchUp(
  source: SampleSource,
  plan: Plan,
  { firstMs, lastMs }: Partition,
): Promise<RawSeries[]> {
  const matchers = [jobMatcher(plan.jobs), ...plan.config.selector, ...plan.shardMatchers];
  return source.read({ metric: 'up', matchers }, wholeMs(firstMs - plan.leadInMs), wholeMs(lastMs));
}

/**
 * When containers began, which tells what the first value of a container's total is worth; nothing where no column is
 * made of such totals.
 */
export async function fetchStarts(
  source: SampleSource,
  plan: Plan,
  { firstMs, lastMs }: Partition,
): Promise<RawSeries[]> {
  const asks = plan.columns.some(
    (column) => isPlanned(column) && column.metric.type === 'counter' && column.metric.since === 'container',
  );
  if (!asks) return [];
  const matchers = [jobMatcher(plan.jobs), ...plan.config.selector, ...plan.shardMatchers];
  const metric = processesMetrics.startTime.name;
  return source.read({ metric, matchers }, wholeMs(firstMs - plan.leadInMs), wholeMs(lastMs));
}

/**
 * Reads the samples that the rows of a partition depend on, metric by metric, so that only two metrics' samples are
 * in memory at a time; then what the expressions give.
 *
 * @throws {BuilderError} `data` for a series that does not tell its node
 */
export async function* fetchMetrics(
  source: SampleSource,
  plan: Plan,
  { firstMs, lastMs }: Partition,
): AsyncGenerator<FetchedMetric | FetchedQuery> {
  const byMetric = groupBy(plan.columns.filter(isPlanned), ({ metric }) => metric.name);
  const tasks = [...byMetric.values()].map((columns) => async () => ({
    columns,
    series: await source.read(
      selectorFor(columns, [...plan.config.selector, ...plan.shardMatchers]),
      wholeMs(firstMs - plan.leadInMs),
      wholeMs(lastMs),
    ),
  }));
  for await (const fetched of inOrder(tasks)) {
    for (const { labels } of fetched.series) {
      if (labels[plan.config.nodeLabel] === undefined) throw withoutNode(labels, plan.config.nodeLabel);
    }
    yield fetched;
  }
  const queries = plan.columns.filter((column): column is QueryColumn => !isPlanned(column));
  const steps = { firstMs: wholeMs(firstMs), lastMs: wholeMs(lastMs), stepMs: plan.stepMs };
  const { config, shard } = plan;
  const isOwn = ({ labels }: RawSeries) =>
    shard === undefined || isInShard(labels[config.nodeLabel] ?? '', shard);
  yield* inOrder(
    queries.map((query) => async () => {
      const series = await source.evaluate(query.promql, steps);
      return { query, series: series.filter(isOwn) };
    }),
  );
}

function withoutNode(labels: Readonly<Record<string, string>>, nodeLabel: string): BuilderError {
  const { __name__: name, job, instance } = labels;
  return new BuilderError(
    'data',
    `series ${name}{instance="${instance}",job="${job}"} has no label "${nodeLabel}": add it to the target by relabel_configs (see prometheus/prometheus.yml), or set nodeLabel: instance in the config`,
  );
}
