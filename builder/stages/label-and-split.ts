import { createHash } from 'node:crypto';
import type { Episode } from '../../dataset/episodes/contract.ts';
import { entitiesOf, entityName } from '../../dataset/model/entity.ts';
import type { NodeRows, Partition, SplitRows } from '../../dataset/model/rows.ts';
import { type Table, timesOf as timesOfTable } from '../../dataset/model/table.ts';
import { sourceOfKind } from '../label-sources/configured.ts';
import type { LabelSet } from '../label-sources/label-set.ts';
import { checkHomes, episodesByNode, Homes } from '../labels/homes.ts';
import { type Conflict, labeller } from '../labels/label-rows.ts';
import type { Plan } from '../plan/model.ts';
import type { SplitDescription } from '../splits/model.ts';
import { splitter } from '../splits/split.ts';

/** How labels and splits come about, which is known before the first row is. */
export interface LabelsAndSplits {
  readonly conflicts: readonly Conflict[];
  readonly split: SplitDescription;
  /**
   * Takes notice of rows that are to be labelled, all of a day before the first of them is.
   *
   * @throws {BuilderError} `labels` when an episode can be about several nodes
   */
  meet(rows: readonly NodeRows[]): void;
  /** Takes notice of rows that are labelled already. */
  meetTable(table: Table): void;
  /** Told that there are no more rows; throws as `meet` does. */
  finish(): void;
  apply(rows: NodeRows): SplitRows;
  /** A digest of all that the labels and splits of a day's rows follow from: as long as it is the same, so are they. */
  digest(day: Partition): string;
  /** Whether a day that is written already may be labelled again. */
  canRelabel(day: Partition): boolean;
}

function timesOf({ firstMs, lastMs }: Partition, stepMs: number): Float64Array {
  return Float64Array.from({ length: (lastMs - firstMs) / stepMs + 1 }, (_, i) => firstMs + i * stepMs);
}

/** The same values without their repetitions. */
function changes(basis: unknown): unknown {
  if (!Array.isArray(basis)) return basis;
  return basis.flatMap((value, i) => (i > 0 && basis[i - 1] === value ? [] : [[i, value]]));
}

/** The place of the first of ascending days for which something holds that holds for all after it. */
function firstDay(days: readonly Partition[], holds: (day: Partition) => boolean): number {
  let low = 0;
  let high = days.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(days[middle] as Partition)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** For each day the episodes that can have a say in its rows, recovery included, in their order. */
function episodesByDay(
  days: readonly Partition[],
  episodes: readonly Episode[],
  { stepMs, recoveryMs }: { readonly stepMs: number; readonly recoveryMs: number },
): ReadonlyMap<string, Episode[]> {
  const byDay = new Map(days.map(({ date }) => [date, [] as Episode[]]));
  for (const episode of episodes) {
    const from = firstDay(days, ({ lastMs }) => episode.startMs <= lastMs);
    const until = firstDay(days, ({ firstMs }) => episode.endMs + recoveryMs <= firstMs - stepMs);
    for (const { date } of days.slice(from, until)) byDay.get(date)?.push(episode);
  }
  return byDay;
}

/** What Prometheus says of labels is asked again for so long: it forgets, and a day must not lose its labels then. */
const RELABELLED_MS = 86_400_000;

/** What of a plan labels and splits depend on. */
type LabelledPlan = Pick<
  Plan,
  | 'config'
  | 'firstMs'
  | 'lastMs'
  | 'stepMs'
  | 'longestWindowMs'
  | 'freshnessMs'
  | 'days'
  | 'splitsByNameAlone'
>;

/** @param sets what the label sources say; undefined when there is none */
export function labelsAndSplits(
  planned: LabelledPlan,
  sets: readonly LabelSet[] | undefined,
  nowMs: number,
): LabelsAndSplits {
  const episodes = sets?.flatMap(({ episodes: own }) => own);
  const areKept = (sets ?? []).every(({ source }) => sourceOfKind(source.kind)?.isKept === true);
  const { firstMs, lastMs, stepMs, longestWindowMs: recoveryMs, freshnessMs, config } = planned;
  const { splitsByNameAlone: byNameAlone } = planned;
  const homes = new Homes();
  const times = { firstMs, lastMs, stepMs, recoveryMs, reachMs: recoveryMs + freshnessMs };
  const labels = labeller(episodes, { ...times, entity: config.entity }, homes);
  const splits = splitter(config.split, config.seed, episodes ?? [], { ...times, byNameAlone }, nowMs);
  const byNode = episodesByNode(episodes ?? []);
  const check = () => checkHomes(homes, homes.takeChanged(), byNode, times);
  const byDay = episodes && episodesByDay(planned.days, episodes, { stepMs, recoveryMs });
  return {
    conflicts: labels.conflicts,
    split: splits.description,
    meet(rows) {
      for (const node of rows)
        homes.meet(node, node.timesMs[0] ?? Number.NaN, node.timesMs.at(-1) ?? Number.NaN);
      check();
    },
    meetTable(table) {
      const timesMs = timesOfTable(table);
      entitiesOf(table).forEach((entity, row, all) => {
        const isEnd = entity !== all[row - 1] || entity !== all[row + 1];
        if (isEnd) homes.meet(entityName(entity), timesMs[row] as number, timesMs[row] as number);
      });
      check();
    },
    finish: () => checkHomes(homes, homes.partlyNamed, byNode, times),
    apply: (rows) => splits.split(labels.label(rows)),
    canRelabel: (day) => areKept || day.lastMs > lastMs - RELABELLED_MS,
    digest(day) {
      const own = byDay?.get(day.date)?.map(({ place: _, endMs, ...rest }) => {
        // One that goes on after the day is the same for it, whenever it ends.
        const endInDayMs = Math.min(endMs, day.lastMs + 1);
        return [...Object.values(rest), endInDayMs];
      });
      const basis = [own ?? null, changes(splits.basis(timesOf(day, stepMs)))];
      return createHash('sha256').update(JSON.stringify(basis)).digest('hex');
    },
  };
}
