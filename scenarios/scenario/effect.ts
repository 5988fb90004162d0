/** How far an episode moved a column, in units that can be compared between columns. */
import { median } from '../../common/statistics.ts';

/** Scales the median absolute deviation of a normal distribution to its standard deviation. */
const MAD_TO_SIGMA = 1.4826;

/** From this on a column counts as moved. */
export const MOVED = 5;

/** @internal as effectOf */
export interface Effect {
  readonly normalMedian: number;
  readonly episodeMedian: number;
  /** max(1.4826 MAD of normal time, the column's resolution). */
  readonly unit: number;
  /** Signed difference of the medians, in units. */
  readonly size: number;
}

/** How much of a column's change counts as one: max(1.4826 MAD of normal time, resolution). */
export function unitOf(normal: readonly number[], resolution: number): number {
  const middle = median(normal);
  return Math.max(MAD_TO_SIGMA * median(normal.map((value) => Math.abs(value - middle))), resolution);
}

/**
 * Compares a column in an episode with the same column in normal time.
 *
 * @param resolution the smallest change that the source can show, in the column's unit (above 0)
 * @returns undefined when there is no value on one of the sides
 * @internal by which the end-to-end tests hold each scenario to what it is to move
 */
export function effectOf(
  normal: readonly number[],
  episode: readonly number[],
  resolution: number,
): Effect | undefined {
  if (normal.length === 0 || episode.length === 0) return undefined;
  const normalMedian = median(normal);
  const episodeMedian = median(episode);
  const unit = unitOf(normal, resolution);
  return { normalMedian, episodeMedian, unit, size: (episodeMedian - normalMedian) / unit };
}
