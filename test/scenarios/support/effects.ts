/** What a dataset says about a campaign's episodes. */
import { totalmem } from 'node:os';
import type { ScenarioRole } from '../../../dataset/episodes/contract.ts';
import { METRICS } from '../../../exporter/catalogue/index.ts';
import { type CatalogueColumn, columnsOf, type Entity } from '../../../exporter/catalogue/model/columns.ts';
import { type Effect, effectOf, MOVED } from '../../../scenarios/scenario/effect.ts';
import { twinOf } from './attribution.ts';

/** One row of a dataset; its time in UTC milliseconds. */
export interface Row {
  readonly timeMs: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/** From `start` to `end` something was done, and by `recovered` nothing of it may be left. */
export interface Episode {
  readonly episode: string;
  readonly scenario: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly recoveredMs: number;
  readonly role?: ScenarioRole;
  /** The pod that it was done in. */
  readonly pod?: string;
  /** The campaign that it was done in. */
  readonly run?: string;
  /** Whether others were on at the same time. */
  readonly inCompany?: boolean;
  /** The part of memory that is free by then, but that the kernel still calls used. */
  readonly idleMemoryRatio?: number;
}

/** Where a column was just before an episode, what the episode did to it, and what was left of it; undefined where there are no values. */
export interface Judgement {
  readonly entity: Entity;
  readonly column: string;
  /** Whether others who use this machine move it too, however well the node is kept apart. */
  readonly isShared: boolean;
  readonly before: Effect | undefined;
  readonly during: Effect | undefined;
  readonly after: Effect | undefined;
  readonly inCompany: boolean;
  /** Of a node's column while others were on too: what of it the episode's own pod did. Absent where that cannot be told. */
  readonly share?: Share;
}

/** How far a pod alone moved its node's column, in the units of its effects; undefined where its rows have no values. */
interface Share {
  readonly during: number | undefined;
  readonly after: number | undefined;
}

/** How many rows make the end of the recovery, and what was just before. */
const LAST_ROWS = 3;

/** Metrics that the kernel keeps for the whole machine, not for a namespace; 3 is summed over all its control groups. */
const SHARED: ReadonlySet<number | undefined> = new Set([1, 2, 3, 4, 5, 6, 7, 18]);

/** Of a pod: a page of a file that all read is charged to whoever reads it first after the kernel let it go. */
const SHARED_OF_POD: ReadonlySet<string> = new Set(['container_memory_working_set_bytes']);

function numbers(rows: readonly Row[], column: string): number[] {
  return rows.map(({ values }) => values[column]).filter((value) => typeof value === 'number');
}

/** Rows whose step lies between the two moments. */
function within(rows: readonly Row[], fromMs: number, toMs: number, stepMs: number): Row[] {
  return rows.filter(({ timeMs }) => timeMs - stepMs >= fromMs && timeMs <= toMs);
}

/**
 * Bytes a second of a pod that people visit now and then: their visits are no effect of a scenario, however quiet most of normal time is.
 */
const VISITS: Readonly<Record<string, number>> = {
  container_network_receive_bytes_per_second: 500,
  container_network_transmit_bytes_per_second: 500,
};

export const isMoved = (effect: Effect | undefined) => effect !== undefined && Math.abs(effect.size) >= MOVED;

/**
 * Since Linux 6.7 a CPU keeps freed pages for itself, up to an eighth of memory, and gives them back within a minute or so. /proc/meminfo
 * counts them neither as free nor as available, and so do the exporter and node_exporter: what is left of an episode is the rest.
 */
function lessIdleMemory(column: string, values: readonly number[], idleRatio = 0): readonly number[] {
  return column === 'memory_used_ratio' ? values.map((value) => value - idleRatio) : values;
}

/**
 * Judges every column that an entity can have, episode by episode.
 *
 * @param rows about one node or pod
 * @param episodes those to judge
 * @param all those outside of which time is normal
 */
export function judge(
  rows: readonly Row[],
  episodes: readonly Episode[],
  entity: Entity,
  stepMs: number,
  all: readonly Episode[] = episodes,
): Map<Episode, Judgement[]> {
  const isNormal = ({ timeMs }: Row) =>
    all.every(({ startMs, recoveredMs }) => timeMs <= startMs || timeMs - stepMs >= recoveredMs);
  const normal = rows.filter(isNormal);
  const effect = (
    { column: { name, op, resolution } }: CatalogueColumn,
    chosen: readonly Row[],
    idleRatio?: number,
  ) =>
    effectOf(
      numbers(normal, name),
      lessIdleMemory(name, numbers(chosen, name), idleRatio),
      Math.max(op === 'rate' ? resolution / (stepMs / 1000) : resolution, VISITS[name] ?? 0),
    );
  const judged = ({ startMs, endMs, recoveredMs, idleMemoryRatio, inCompany = false }: Episode) => {
    const during = within(rows, startMs, endMs, stepMs);
    const after = within(rows, endMs, recoveredMs, stepMs).slice(-LAST_ROWS);
    const before = within(rows, Number.NEGATIVE_INFINITY, startMs, stepMs).slice(-LAST_ROWS);
    return columnsOf(METRICS, entity).map((source) => {
      return {
        entity,
        column: source.column.name,
        isShared:
          entity === 'node' ? SHARED.has(source.metric.number) : SHARED_OF_POD.has(source.column.name),
        before: effect(source, before),
        during: effect(source, during),
        after: effect(source, after, idleMemoryRatio),
        inCompany,
      };
    });
  };
  return new Map(episodes.map((episode) => [episode, judged(episode)]));
}

function shareOf({ column, during }: Judgement, pod: readonly Judgement[]): Share | undefined {
  const twin = twinOf(column);
  if (twin === undefined || during === undefined) return undefined;
  const own = pod.find((one) => one.column === twin.column);
  const size = (effect: Effect | undefined) =>
    effect && ((effect.episodeMedian - effect.normalMedian) * twin.scale) / during.unit;
  return { during: size(own?.during), after: size(own?.after) };
}

/** The judgements of a node's columns in an episode, with the share of its pod where others were on too. */
export function shared(node: readonly Judgement[], pod: readonly Judgement[]): Judgement[] {
  return node.map((one) => {
    const share = one.inCompany ? shareOf(one, pod) : undefined;
    return share === undefined ? one : { ...one, share };
  });
}

/**
 * How far a shared column could go in an episode, whatever others do: what is busy already cannot become busy, and
 * memory grows by what the pod took.
 */
export function roomOf(column: string, normal: number, pod: readonly Judgement[]): number {
  if (['cpu_busy_ratio', 'cpu_pressure_ratio', 'io_pressure_ratio'].includes(column)) return 1 - normal;
  if (column !== 'memory_used_ratio') return Number.POSITIVE_INFINITY;
  const taken = pod.find((one) => one.column === 'container_memory_working_set_bytes')?.during;
  return taken === undefined ? 0 : (taken.episodeMedian - taken.normalMedian) / totalmem();
}
