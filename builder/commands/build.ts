import { isDeepStrictEqual } from 'node:util';
import { BuilderError } from '../../common/errors.ts';
import type { Logger } from '../../common/log.ts';
import { wholeMs } from '../../common/ms.ts';
import type { Progress } from '../../common/progress.ts';
import { formatTime, parseRfc3339, parseTime } from '../../common/times.ts';
import {
  checkKey,
  checkOutput,
  checkSame,
  checkShards,
  manifestThere,
} from '../../dataset/folder/existing.ts';
import { joinRows, readBack, tablesOfFile } from '../../dataset/folder/read-rows.ts';
import { DatasetWriter } from '../../dataset/folder/writer.ts';
import type { ColumnUnit } from '../../dataset/formats/format.ts';
import { FORMATS } from '../../dataset/formats/registry.ts';
import { dataFile, type Places, placesOf } from '../../dataset/model/file-names.ts';
import { infiniteIn } from '../../dataset/model/infinite.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import type { NodeRows, Partition } from '../../dataset/model/rows.ts';
import type { Shard } from '../../dataset/model/shard.ts';
import { type Table, tableColumns, tableOf } from '../../dataset/model/table.ts';
import type { Disk } from '../../dataset/storage/local/disk.ts';
import { openStorage } from '../../dataset/storage/open.ts';
import type { Change, Storage } from '../../dataset/storage/storage.ts';
import { Accounts } from '../../dataset/summary/accounts.ts';
import { MS_PER_DAY, rangeOf, type TimeRange } from '../config/range.ts';
import type { BuildConfig } from '../config/schema.ts';
import { openLabels } from '../labels/open.ts';
import { labelSources } from '../labels/sources.ts';
import { connect } from '../prometheus/client.ts';
import { checkHidden, RowTexts } from '../pseudonyms/hidden-names.ts';
import { hiddenMatchers, openPseudonyms, pseudonymousSource } from '../pseudonyms/pseudonyms.ts';
import type { SampleSource } from '../samples/series.ts';
import { byQueryInstead, openSource } from '../sources/open-source.ts';
import { splitsByNameAlone } from '../splits/by-node.ts';
import { Aligner } from '../stages/align.ts';
import { warnOfLateness } from '../stages/arrival.ts';
import { checkHole } from '../stages/check-hole.ts';
import { type Day, daysOf } from '../stages/days.ts';
import { fetchMetrics, fetchStarts, fetchUp } from '../stages/fetch.ts';
import { type Judge, judgeOf } from '../stages/label-and-split.ts';
import { manifest } from '../stages/manifest.ts';
import { type Continued, type Plan, plan } from '../stages/plan.ts';

/** What a run needs beside its configuration. */
export interface Surroundings {
  readonly disk?: Disk;
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
  const up = await fetchUp(source, planned, partition);
  const aligner = new Aligner(planned, partition, up, await fetchStarts(source, planned, partition));
  for await (const metric of fetchMetrics(source, planned, partition)) aligner.add(metric);
  return aligner.rows();
}

/** The tables of the rows, which are taken from the list one after the other: what is written need not be held. */
function* tablesOf(rows: NodeRows[], judge: Judge, { columns }: Plan): Generator<Table> {
  for (let node = rows.shift(); node !== undefined; node = rows.shift())
    yield tableOf(judge.judge(node), columns);
}

function* accounted(tables: Iterable<Table>, accounts: Accounts, texts: RowTexts): Generator<Table> {
  for (const table of tables) {
    accounts.add(table);
    texts.add(table);
    yield table;
  }
}

function columnUnits({ columns, config }: Plan): ColumnUnit[] {
  const units = new Map(columns.map(({ column }) => [column.name, column.unit]));
  return tableColumns([...units.keys()], config.entity).map((column) => {
    const unit = units.get(column.name);
    return unit === undefined ? column : { ...column, unit };
  });
}

/** The part of a dataset that stands fixed once there is one. */
function continuedOf(there: Manifest): Continued {
  const [firstMs = Number.NaN, watermarkMs = Number.NaN] = [there.start, there.watermark].map(parseRfc3339);
  return {
    firstMs,
    watermarkMs,
    jobs: there.prometheus.jobs,
    askedBounds: there.split.askedBounds,
    splitsByNameAlone: splitsByNameAlone(there),
  };
}

/** Shards are built at different moments, and must nevertheless be of the same time. */
function checkComplete({ lastMs, stepMs }: Plan, { endMs }: TimeRange): void {
  if (endMs - lastMs < stepMs) return;
  throw new BuilderError(
    'config',
    `end ${formatTime(endMs)} is not over yet: shards need an end whose last step is complete`,
  );
}

function checkAbsolute({ start, end }: BuildConfig): void {
  const absolute = (text: string | undefined) =>
    text !== undefined && parseTime(text, 0) === parseTime(text, MS_PER_DAY);
  if (absolute(start) && absolute(end)) return;
  throw new BuilderError(
    'config',
    '--shard needs --start and --end, both absolute, so that all shards are of the same time',
  );
}

/** The dataset to make, and what of it there is. */
interface Task {
  readonly config: BuildConfig;
  readonly storage: Storage;
  readonly places: Places;
  readonly change: Change;
  readonly shard: Shard | undefined;
  /** The dataset that is there, to be continued; undefined to make all of it. */
  readonly earlier: Manifest | undefined;
  /** The dataset that is there. */
  readonly there: Manifest | undefined;
}

/** A run that reads everything by remote read, or everything by range selectors. */
async function makeInOneWay(task: Task, { log, progress, signal, ...surroundings }: Surroundings) {
  const { config, storage, places, change, earlier, there, shard } = task;
  if (config.csvEscapeFormulas && config.format !== 'csv')
    throw new BuilderError(
      'config',
      'csvEscapeFormulas is about CSV alone: say --format csv too, or leave it out',
    );
  const pseudonyms = openPseudonyms(config);
  if (there !== undefined) checkKey(storage, there, pseudonyms?.keyId);
  const readLabels = openLabels(labelSources(config), pseudonyms);
  // What is wrong with the times shows before anything is asked.
  rangeOf(config, surroundings.nowMs);
  const prometheus = await connect(config.prometheus, log, signal);
  // A clock that is ahead of the server's would close steps of which samples are still to come.
  const nowMs = wholeMs(Math.min(surroundings.nowMs, await prometheus.serverTimeMs()));
  const range = rangeOf(config, nowMs);
  const continued = earlier && continuedOf(earlier);
  const planned = await plan(config, range, prometheus, nowMs, { continued, shard, pseudonyms });
  const { configDigest } = planned;
  if (there !== undefined) {
    checkSame(storage, there, earlier ? { configDigest } : { configDigest, end: formatTime(planned.lastMs) });
  }
  const replaced = await checkOutput(storage, there, places);
  if (shard !== undefined) checkComplete(planned, range);
  // A dataset goes on in the way in which it was begun: without stale markers, if that is how.
  const reading = earlier?.prometheus.reading === 'range-selectors' ? 'query' : config.reading;
  const opened = await openSource(prometheus, reading, planned.lastMs, log);
  const source = pseudonymousSource(opened, config, pseudonyms);
  await warnOfLateness(source, planned, nowMs, log);
  const labels = await readLabels?.(source, planned, nowMs);
  const judge = judgeOf(planned, labels, nowMs);
  const accounts = new Accounts(planned.stepMs);
  const texts = new RowTexts();
  const format = FORMATS[config.format];
  const how = { escapesFormulas: config.csvEscapeFormulas };
  const writer = new DatasetWriter({ change, places, format, columns: columnUnits(planned), how });

  /** Leaves a day's file as it is when nothing about it changes, else writes the day anew. */
  async function makeDay(day: Day): Promise<void> {
    const basis = judge.basis(day);
    if (earlier !== undefined && day.there !== undefined && day.fresh === undefined) {
      if (day.there.judgement === basis || !judge.canRelabel(day)) {
        for await (const table of tablesOfFile(storage, day.there, earlier)) {
          accounts.add(table);
          texts.add(table);
          judge.meetTable(table);
        }
        writer.keep(day.there);
        return;
      }
    }
    const before = earlier && day.there ? await readBack(storage, day.there, earlier) : [];
    const fresh = day.fresh ? await readRows(source, planned, day.fresh) : [];
    const infinite = infiniteIn(planned.columns, fresh, earlier && day.there?.infinite);
    const rows = joinRows(before, fresh);
    judge.meet(rows);
    const tables = tablesOf(rows, judge, planned);
    await writer.partition(day.date, accounted(tables, accounts, texts), basis, infinite);
  }

  try {
    const days = daysOf(planned, earlier, places);
    if (earlier !== undefined && continued !== undefined && planned.partitions.length > 0) {
      const last = earlier.files.at(-1);
      const rows = last === undefined ? [] : await readBack(storage, last, earlier);
      await checkHole(source, planned, continued.watermarkMs, rows);
    }
    progress.start(days.length);
    for (const day of days) {
      await makeDay(day);
      progress.done(day.date, accounts.rows);
    }
    judge.finish();
    const account = accounts.result();
    if (account.rows === 0 && shard === undefined) {
      throw new BuilderError(
        'data',
        `there is no sample between ${formatTime(planned.firstMs)} and ${formatTime(planned.lastMs)}`,
      );
    }
    const { conflicts, split } = judge;
    const staleMarkers = source.staleMarkers && (earlier?.prometheus.staleMarkers ?? true);
    const { files } = writer;
    const { way } = source;
    const made = manifest({ plan: planned, way, staleMarkers, account, files, labels, conflicts, split });
    if (pseudonyms !== undefined) checkHidden(pseudonyms, made, texts, hiddenMatchers(config, pseudonyms));
    if (!isDeepStrictEqual(made, earlier)) await writer.commit(made, replaced);
    return made;
  } catch (error) {
    await change.discard();
    throw signal.aborted ? new BuilderError('interrupted', 'interrupted', { cause: error }) : error;
  } finally {
    progress.stop();
  }
}

async function make(task: Task, surroundings: Surroundings): Promise<Manifest> {
  try {
    return await makeInOneWay(task, surroundings);
  } catch (error) {
    const config = byQueryInstead(error, task.config, surroundings.log);
    return makeInOneWay({ ...task, config }, surroundings);
  }
}

/**
 * Builds a dataset: plan, then for each UTC day fetch, align, label, split and write, then the manifest. Memory
 * depends on a day, not on the range. When anything fails the output folder is as it was.
 *
 * @param shard makes that part of the dataset only, to be joined with the others by `merge`
 * @throws {BuilderError}
 */
export async function build(
  config: BuildConfig,
  surroundings: Surroundings,
  shard?: Shard,
): Promise<Manifest> {
  const places = placesOf(shard);
  if (shard !== undefined) checkAbsolute(config);
  const storage = await openStorage(config.output, config.s3, surroundings.disk);
  return storage.alone(places, async (change) => {
    const there = await manifestThere(storage, places);
    if (shard !== undefined) await checkShards(storage, shard);
    return make({ config, storage, places, change, shard, there, earlier: undefined }, surroundings);
  });
}

/**
 * Continues the dataset that is in the output folder to the last step that is complete; builds it when there is none.
 * Days that are over stay as they are, unless their labels or splits have become others. However many updates there
 * were, the dataset is the same, byte for byte, as if it had been built at once.
 *
 * @throws {BuilderError} `data` when Prometheus has not kept the samples since the last update
 */
export async function update(config: BuildConfig, surroundings: Surroundings): Promise<Manifest> {
  const places = placesOf(undefined);
  const storage = await openStorage(config.output, config.s3, surroundings.disk);
  return storage.alone(places, async (change) => {
    const there = await manifestThere(storage, places);
    if (there !== undefined) refuseShards(storage, there);
    return make({ config, storage, places, change, shard: undefined, there, earlier: there }, surroundings);
  });
}

/** A day's file is one file here: what several runs have written, several runs would have to continue. */
function refuseShards({ name }: Storage, { files }: Manifest): void {
  const shard = files.find(({ path }) => dataFile(path)?.part !== 0);
  if (shard === undefined) return;
  throw new BuilderError(
    'output',
    `${name} was merged from shards (${shard.path}) and cannot be continued: build its shards for the whole time, then merge them`,
  );
}
