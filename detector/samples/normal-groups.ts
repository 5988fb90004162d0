/** Which rows without an attack an autoencoder learns from, and which decide when it has learned enough. */
import { groupBy } from '../../common/collections.ts';
import { NORMAL } from '../../learning/table/series.ts';
import type { Place } from './choose.ts';

/** One of so many nodes, or of so many parts of a node's time. */
const ONE_IN = 5;

/** Places among those that were given. */
export interface NormalGroups {
  readonly all: readonly number[];
  readonly learn: readonly number[];
  /** Of other nodes, or of a later time: neighbouring rows are alike, so that rows at random would be no others. */
  readonly stop: readonly number[];
}

/**
 * Holds out every fifth node, or, where there are fewer, the last fifth of each node's rows, with as many rows between
 * as a window has.
 *
 * @param places of which at least one is normal
 * @param window in rows
 */
export function normalGroups(places: readonly Place[], window: number): NormalGroups {
  const normal = [...places.keys()].filter((i) => places[i]?.purpose.label === NORMAL);
  const nodes = [...groupBy(normal, (i) => places[i]?.series ?? 0).values()];
  const parts = nodes.map((own, node) => {
    if (nodes.length >= ONE_IN)
      return node % ONE_IN === ONE_IN - 1 ? { learn: [], stop: own } : { learn: own, stop: [] };
    const later = Math.ceil((own.length * (ONE_IN - 1)) / ONE_IN);
    return { learn: own.slice(0, Math.max(1, later - window)), stop: own.slice(later) };
  });
  const learn = parts.flatMap((part) => part.learn);
  const stop = parts.flatMap((part) => part.stop);
  // A single row, or nodes of one row each: there are no others.
  return { all: normal, learn, stop: stop.length > 0 ? stop : learn };
}
