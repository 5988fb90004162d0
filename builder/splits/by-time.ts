import { formatDuration } from '../../common/duration.ts';
import { BuilderError } from '../../common/errors.ts';
import { formatTime, LATEST_MS, noTime, parseTime } from '../../common/times.ts';
import type { Episode } from '../../dataset/episodes/contract.ts';
import type { Split } from '../../dataset/model/rows.ts';
import type { SplitConfig } from '../config/schema.ts';
import { type Extent, extentsOf } from './extents.ts';
import type { SplitTimes, Splitter } from './model.ts';

type TimeSplit = Extract<SplitConfig, { by: 'time' }>;

/**
 * The bound, moved past every episode that it, or the embargo after it, would cut.
 *
 * @param extents by their first row
 * @internal exported for its own tests
 */
export function pastEpisodes(
  boundMs: number,
  extents: readonly Pick<Extent, 'firstMs' | 'lastMs'>[],
  embargoMs: number,
): number {
  let pastMs = boundMs;
  for (const { firstMs, lastMs } of extents) {
    if (firstMs > pastMs + embargoMs) break;
    pastMs = Math.max(pastMs, lastMs);
  }
  return pastMs;
}

/** The bounds that the configuration asks for, of the training and of the validation part. */
export function askedBounds(
  { fractions, bounds }: TimeSplit,
  { firstMs, lastMs, stepMs }: Pick<SplitTimes, 'firstMs' | 'lastMs' | 'stepMs'>,
  nowMs: number,
): [number, number] {
  if (bounds === undefined) {
    const beforeMs = firstMs - stepMs;
    const at = (fraction: number) =>
      beforeMs + Math.round((fraction * (lastMs - beforeMs)) / stepMs) * stepMs;
    return [at(fractions[0]), at(fractions[0] + fractions[1])];
  }
  const [train, validation] = bounds.map((text, i) => {
    const ms = parseTime(text, nowMs);
    if (ms === undefined) throw new BuilderError('config', `config: split.bounds.${i}: ${noTime(text)}`);
    return Math.floor(ms / stepMs) * stepMs;
  }) as [number, number];
  if (validation < train)
    throw new BuilderError('config', 'config: split.bounds: the second lies before the first');
  return [train, validation];
}

/** Splits at two moments, the same for all nodes; a bound moves past an episode that it would cut. */
export function byTime(
  config: TimeSplit,
  episodes: readonly Episode[],
  times: SplitTimes,
  nowMs: number,
): Splitter {
  const embargoMs = config.embargo ?? times.reachMs;
  const extents = extentsOf(episodes, times);
  const [wantedTrain, wantedValidation] = askedBounds(config, times, nowMs);
  const train = pastEpisodes(wantedTrain, extents, embargoMs);
  const hasValidation = wantedValidation > wantedTrain;
  const validation = hasValidation
    ? pastEpisodes(Math.max(wantedValidation, train + embargoMs), extents, embargoMs)
    : train;
  const splitAt = (t: number): Split => {
    if (t <= train) return 'train';
    if (t <= train + embargoMs) return 'embargo';
    if (t <= validation) return 'validation';
    return t <= validation + embargoMs ? 'embargo' : 'test';
  };
  return {
    description: {
      by: 'time',
      fractions: config.fractions,
      embargo: formatDuration(embargoMs),
      // An episode without an end moves them to where no date can be written.
      bounds: [formatTime(Math.min(train, LATEST_MS)), formatTime(Math.min(validation, LATEST_MS))],
      askedBounds: [formatTime(wantedTrain), formatTime(wantedValidation)],
    },
    basis: (timesMs) => Array.from(timesMs, splitAt),
    split: (rows) => ({ ...rows, splits: Array.from(rows.timesMs, splitAt) }),
  };
}
