/** How far an episode moved a column, in units that can be compared between columns. */
import { median } from '../../common/statistics.ts';

/** Scales the median absolute deviation of a normal distribution to its standard deviation. */
const MAD_TO_SIGMA = 1.4826;

/** From this on a column counts as moved. */
export const MOVED = 5;

export interface Effect {
  readonly normalMedian: number;
  readonly episodeMedian: number;
  /** max(1.4826 MAD of normal time, the column's resolution). */
  readonly unit: number;
  /** Signed difference of the medians, in units. */
  readonly size: number;
}

/**
 * Compares a column in an episode with the same column in normal time.
 *
 * @param resolution the smallest change that the source can show, in the column's unit (above 0)
 * @returns undefined when there is no value on one of the sides
 */
export function effectOf(
  normal: readonly number[],
  episode: readonly number[],
  resolution: number,
): Effect | undefined {
  if (normal.length === 0 || episode.length === 0) return undefined;
  const normalMedian = median(normal);
  const episodeMedian = median(episode);
  const deviation = median(normal.map((value) => Math.abs(value - normalMedian)));
  const unit = Math.max(MAD_TO_SIGMA * deviation, resolution);
  return { normalMedian, episodeMedian, unit, size: (episodeMedian - normalMedian) / unit };
}
