import type { MetricSpec } from './define.ts';

/** The values that a metric can have. NaN and the infinities lie outside of every range. */
export interface Range {
  readonly least: number;
  readonly most: number;
  /** Whether there are no fractions. */
  readonly whole: boolean;
  /** For messages: `a whole number from 0 on`. */
  readonly text: string;
}

/** A total of the kernel is below: 2^63 and more is a negative number, printed without its sign. */
const MOST_COUNTED = 2 ** 63 - 1024;
/** The same in µs, the finest unit of the totals that are exposed as seconds of a whole node. */
const MOST_SECONDS = 2 ** 63 / 1e6;

const RATIO: Range = { least: 0, most: 1, whole: false, text: 'from 0 to 1' };
const INFO: Range = { least: 1, most: 1, whole: true, text: '1' };
const FLAG: Range = { least: 0, most: 1, whole: true, text: '0 or 1' };
const SECONDS: Range = { least: 0, most: MOST_SECONDS, whole: false, text: 'seconds from 0 on' };
/** Up to the year 5138: milliseconds lie beyond. */
const TIMESTAMP: Range = { least: 0, most: 1e11, whole: false, text: 'Unix time in seconds' };
const COUNT: Range = { least: 0, most: MOST_COUNTED, whole: true, text: 'a whole number from 0 on' };

/** By the end of the name, which is where Prometheus' names have their unit. */
const RANGES: readonly (readonly [RegExp, Range])[] = [
  [/_ratio$/, RATIO],
  [/_info$/, INFO],
  [/_success(ful)?$/, FLAG],
  [/_(timestamp|start_time)_seconds$/, TIMESTAMP],
  [/_seconds(_total)?$/, SECONDS],
];

/**
 * What values a metric can have, by the unit in its name; what names none counts something: bytes, events, things.
 *
 * A total beyond 2^53 is exact to some units only, and in range: a disk of 10 GB/s is there after ten days.
 *
 * @see https://prometheus.io/docs/practices/naming/
 */
export function rangeOf({ name }: MetricSpec): Range {
  return RANGES.find(([ending]) => ending.test(name))?.[1] ?? COUNT;
}

/** Whether a metric can have this value. */
export function isWithin({ least, most, whole }: Range, value: number): boolean {
  return value >= least && value <= most && (!whole || Number.isInteger(value));
}
