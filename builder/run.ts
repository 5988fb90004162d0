import type { Logger } from '../common/log.ts';
import { Accounts } from './accounts.ts';
import type { BuildConfig } from './config-schema.ts';
import { BuilderError } from './errors.ts';
import { checkOutput } from './folder.ts';
import type { ColumnUnit } from './formats/format.ts';
import { FORMATS } from './formats/index.ts';
import type { LabelSet } from './labels/model.ts';
import { openLabels } from './labels/open.ts';
import type { Manifest } from './manifest-schema.ts';
import type { NodeRows, Partition } from './model.ts';
import type { Progress } from './progress.ts';
import { connect } from './prometheus.ts';
import { rangeOf } from './range.ts';
import { byQueryInstead, openSource } from './reading/open-source.ts';
import type { SampleSource } from './series.ts';
import type { Splitter } from './splits/model.ts';
import { Aligner } from './stages/align.ts';
import { fetchMetrics, fetchUp } from './stages/fetch.ts';
import { type Labeller, labeller } from './stages/label.ts';
import { manifest } from './stages/manifest.ts';
import { type Plan, plan } from './stages/plan.ts';
import { splitter } from './stages/split.ts';
import { DatasetWriter } from './stages/write.ts';
import { type Table, tableColumns, tableOf } from './table.ts';
import { formatTime } from './times.ts';

/** What a run needs beside its configuration. */
export interface Surroundings {
  readonly nowMs: number;
  readonly log: Logger;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** The rows of one partition, before anything is known about them but their features. */
export async function readRows(
  source: SampleSource,
  planned: Plan,
  partition: Partition,
): Promise<NodeRows[]> {
  const aligner = new Aligner(planned, partition, await fetchUp(source, planned, partition));
  for await (const metric of fetchMetrics(source, planned, partition)) aligner.add(metric);
  return aligner.rows();
}

function* tablesOf(
  rows: readonly NodeRows[],
  label: Labeller,
  split: Splitter,
  { columns }: Plan,
): Generator<Table> {
  for (const node of rows) yield tableOf(split.split(label.label(node)), columns);
}

function columnUnits({ columns }: Plan): ColumnUnit[] {
  const units = new Map<string, string>(columns.map(({ column }) => [column.name, column.unit]));
  return tableColumns([...units.keys()]).map((column) => {
    const unit = units.get(column.name);
    return unit === undefined ? column : { ...column, unit };
  });
}

/** How labels and splits come about, which is known before the first row is. */
function judges(planned: Plan, labels: readonly LabelSet[] | undefined, nowMs: number) {
  const episodes = labels?.flatMap(({ episodes: own }) => own);
  const { firstMs, lastMs, stepMs, longestWindowMs, freshnessMs, config } = planned;
  const times = {
    firstMs,
    lastMs,
    stepMs,
    recoveryMs: longestWindowMs,
    reachMs: longestWindowMs + freshnessMs,
  };
  return {
    label: labeller(episodes, times),
    split: splitter(config.split, config.seed, episodes ?? [], times, nowMs),
  };
}

/**
 * Builds a dataset: plan, then for each UTC day fetch, align, label, split and write, then the manifest. Memory
 * depends on a day, not on the range. When anything fails the output folder is as it was.
 *
 * @throws {BuilderError}
 */
export async function build(config: BuildConfig, surroundings: Surroundings): Promise<Manifest> {
  try {
    return await buildInOneWay(config, surroundings);
  } catch (error) {
    return buildInOneWay(byQueryInstead(error, config, surroundings.log), surroundings);
  }
}

/** A run that reads everything by remote read, or everything by range selectors. */
async function buildInOneWay(
  config: BuildConfig,
  { nowMs, log, progress, signal }: Surroundings,
): Promise<Manifest> {
  const readLabels = openLabels(config.labels);
  const range = rangeOf(config, nowMs);
  const prometheus = await connect(config.prometheus, log, signal);
  const planned = await plan(config, range, prometheus, nowMs);
  const replaced = checkOutput(config.output, planned.configDigest);
  const source = await openSource(prometheus, config.reading, planned.lastMs, log);
  const labels = await readLabels?.(prometheus, source, planned, nowMs);
  const { label, split } = judges(planned, labels, nowMs);
  const accounts = new Accounts(planned.stepMs);
  const writer = new DatasetWriter(config.output, FORMATS[config.format], columnUnits(planned));

  function* accounted(tables: Iterable<Table>): Generator<Table> {
    for (const table of tables) {
      accounts.add(table);
      yield table;
    }
  }

  progress.start(planned.partitions.length);
  try {
    for (const partition of planned.partitions) {
      const rows = await readRows(source, planned, partition);
      await writer.partition(partition.date, accounted(tablesOf(rows, label, split, planned)));
      progress.done(partition.date, accounts.rows);
    }
    const account = accounts.result();
    if (account.rows === 0) {
      throw new BuilderError(
        'data',
        `there is no sample between ${formatTime(planned.firstMs)} and ${formatTime(planned.lastMs)}`,
      );
    }
    const { files } = writer;
    const { conflicts } = label;
    const made = manifest({
      plan: planned,
      source,
      account,
      files,
      labels,
      conflicts,
      split: split.description,
    });
    writer.commit(made, replaced);
    return made;
  } catch (error) {
    writer.discard();
    throw signal.aborted ? new BuilderError('interrupted', 'interrupted', { cause: error }) : error;
  } finally {
    progress.stop();
  }
}
