/**
 * What a metric is, as types: the rest of the project is derived from values of these.
 *
 * The types hold the contract: a counter whose name lacks `_total`, a gauge whose name has it, a selector over a
 * label (or a label value) that the metric does not declare, a rate of a gauge, and a column without a unit do
 * not compile. Nor does a column of pods on a metric that does not tell pods apart.
 */
import type { Family } from './family.ts';

/** Marks a label whose values are not known beforehand: a device, a mount point, a rule. */
export const OPEN = 'open';

/** The values that a label can take: a closed list, or {@link OPEN}. */
export type LabelValues = readonly string[] | typeof OPEN;

export type Labels = Readonly<Record<string, LabelValues>>;

/** One value of a label. */
export type ValueOf<V extends LabelValues> = V extends readonly string[] ? V[number] : string;

/**
 * Whose share a sample is. `container` adds the labels namespace, pod and container; `pod` adds namespace and
 * pod. All of them are empty on the host's own share.
 */
export type Attribution = 'container' | 'pod';

/** What a row of a dataset is about. */
export type Entity = 'node' | 'pod';

/** Which of a metric's series: every label named must have (or, with `not`, must not have) one of the values. */
export type Selector<L extends Labels> = {
  readonly [K in keyof L]?: readonly ValueOf<L[K]>[] | { readonly not: readonly ValueOf<L[K]>[] };
};

/** Base units of the dataset's columns. */
export type Unit = 'ratio' | 'bytes' | 'bytes_per_second' | 'per_second' | 'count';

/** From where on a column's value is an alarm: the alerts' threshold, and the line on its panels. */
interface Alarm {
  /** What the value is of: a whole node, or one pod (the host's own share counts as one). */
  readonly of: 'node' | 'pod';
  /** In the column's unit. */
  readonly above: number;
  /** Why there, in one sentence. */
  readonly why: string;
}

interface ColumnBase<L extends Labels> {
  /** The column's name in every dataset, a search-friendly literal. */
  readonly name: string;
  /** One sentence for the dataset card. */
  readonly help: string;
  readonly unit: Unit;
  /** Which series count; without it all of them. */
  readonly where?: Selector<L>;
  /** Divide by the same quantity under this selection (`{}`: under all of the metric's series). */
  readonly over?: Selector<L>;
  /** How several series become one value per row. */
  readonly aggregate: 'sum' | 'max';
  /**
   * The smallest change that the source can show, in the column's unit: a byte, one event, a clock tick's share. For
   * a rate it is that of a window of one second: divide it by the window's seconds.
   */
  readonly resolution: number;
  /** Only where one bound fits every machine; what depends on the machine is compared with its own past. */
  readonly alarm?: Alarm;
}

/** `rate`: the per-second increase of a counter over the window. */
interface CounterColumn<L extends Labels> extends ColumnBase<L> {
  readonly op: 'rate';
}

/** `value`: the newest value of a gauge. */
interface GaugeColumn<L extends Labels> extends ColumnBase<L> {
  readonly op: 'value';
}

interface MetricBase<L extends Labels> {
  /** Its place in the table of 24 and on the page; those without one follow. It decides nothing else. */
  readonly number?: number;
  /** Which half of the 24 it belongs to; the container families and what the agent tells of itself belong to none. */
  readonly family?: Family;
  /**
   * The datasets that its columns are part of. What the container families add is for pods only, because a node's figure is not their
   * sum; a dataset of pods can have the columns of attributed metrics only.
   */
  readonly datasets?: readonly Entity[];
  readonly help: string;
  readonly labels: L;
  readonly attribution?: Attribution;
  /** The kernel file, system call or API that the value is read from. */
  readonly source: string;
  /** What a security engineer learns from it, with MITRE ATT&CK technique numbers. */
  readonly reveals?: string;
}

type CounterName = `kubevigil_${string}_total`;

export interface CounterSpec<L extends Labels = Labels> extends MetricBase<L> {
  readonly type: 'counter';
  readonly name: CounterName;
  /**
   * What a series has counted when it first appears:
   *
   * - `agent`: what the agent counted since the scrape before, or since it started. Its first value is an increase, and where it falls
   *   the agent was restarted.
   * - `device`: the kernel's total since the device appeared, so that its first value is an increase.
   * - `container`: the kernel's total since the container began, which `kubevigil_container_start_time_seconds`
   *   tells: an increase when that was after the scrape before.
   * - `boot`: the kernel's total since boot, older than the series.
   */
  readonly since: 'agent' | 'device' | 'container' | 'boot';
  /** More than this per second no machine counts. */
  readonly fastest?: number;
  readonly columns: readonly CounterColumn<L>[];
}

export interface GaugeSpec<L extends Labels = Labels> extends MetricBase<L> {
  readonly type: 'gauge';
  readonly name: `kubevigil_${string}`;
  readonly columns: readonly GaugeColumn<L>[];
}

export type MetricSpec<L extends Labels = Labels> = CounterSpec<L> | GaugeSpec<L>;
export type ColumnSpec = CounterColumn<Labels> | GaugeColumn<Labels>;

/** The metrics of one extractor, by a short name of their own. */
export type MetricGroup = Readonly<Record<string, MetricSpec>>;

/** Keeps which attribution a metric has in its type, so that its samples must have the labels of it. */
type Attributed<A extends Attribution | undefined> = A extends Attribution
  ? { readonly attribution: A }
  : unknown;

/** Rows about a pod need a metric that tells pods apart. */
interface InDatasets<A extends Attribution | undefined> {
  readonly datasets?: readonly (A extends Attribution ? Entity : 'node')[];
}

/** Declares a counter; its labels are inferred, so that its columns and samples are checked against them. */
export function counter<const L extends Labels, A extends Attribution | undefined = undefined>(
  spec: Omit<CounterSpec<L>, 'type' | 'datasets'> & { readonly attribution?: A } & InDatasets<A>,
): CounterSpec<L> & Attributed<A> {
  const whole: CounterSpec<L> = { type: 'counter', ...spec };
  return whole as typeof whole & Attributed<A>;
}

/** Declares a gauge, whose name must not end in `_total`. */
export function gauge<
  const L extends Labels,
  const N extends `kubevigil_${string}`,
  A extends Attribution | undefined = undefined,
>(
  spec: Omit<GaugeSpec<L>, 'type' | 'name' | 'datasets'> & {
    readonly name: N extends CounterName ? never : N;
    readonly attribution?: A;
  } & InDatasets<A>,
): GaugeSpec<L> & Attributed<A> {
  const whole: GaugeSpec<L> = { type: 'gauge', ...spec };
  return whole as typeof whole & Attributed<A>;
}

const ATTRIBUTION_LABELS = {
  container: ['namespace', 'pod', 'container'],
  pod: ['namespace', 'pod'],
} as const;

/** The labels that attribution adds to a metric's own: none for a metric of the whole node. */
export function attributionLabels(spec: MetricSpec): readonly string[] {
  return spec.attribution === undefined ? [] : ATTRIBUTION_LABELS[spec.attribution];
}
