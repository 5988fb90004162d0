import { formatDuration } from '../../common/duration.ts';
import { BuilderError } from '../../common/errors.ts';
import { formatTime } from '../../common/times.ts';
import type { Span } from '../../dataset/episodes/blocks.ts';
import type { Extent } from './extents.ts';
import type { SplitTimes } from './model.ts';

/** Training rows that are to be without any attack: the first of the dataset, or those of a campaign. */
export interface AttackFree {
  /** Milliseconds from the first row on. */
  readonly for?: number | undefined;
  readonly run?: string | undefined;
}

/** How the beginning is called among the blocks; no episode can be: names from files have no control characters. */
const BEGINNING = 'attack-free beginning';

function refuse({ name, firstMs }: Extent, where: string): never {
  throw new BuilderError(
    'labels',
    `split.attackFree: attack ${name} begins at ${formatTime(firstMs)}, in ${where}, which is to be without one: choose another time or campaign, or leave attackFree out`,
  );
}

/**
 * Makes sure that what is to be without an attack is.
 *
 * @param extents of all episodes, by their first row
 * @returns the time that belongs to training whatever is in it; undefined where no beginning is asked for
 * @throws {BuilderError} `labels` naming the attack
 */
export function checkAttackFree(
  asked: AttackFree | undefined,
  extents: readonly Extent[],
  { firstMs, stepMs }: SplitTimes,
  embargoMs: number,
): Span | undefined {
  if (asked === undefined) return undefined;
  const attacks = extents.filter(({ isAttack }) => isAttack);
  const { run, for: lengthMs } = asked;
  if (run !== undefined) {
    if (!extents.some((extent) => extent.run === run))
      throw new BuilderError('labels', `split.attackFree: no episode is of the run ${run}`);
    const found = attacks.find((extent) => extent.run === run);
    if (found !== undefined) refuse(found, `run ${run}`);
  }
  if (lengthMs === undefined) return undefined;
  const lastMs = firstMs + Math.ceil(lengthMs / stepMs) * stepMs - stepMs;
  const found = attacks.find((extent) => extent.firstMs <= lastMs + embargoMs);
  if (found !== undefined) refuse(found, `the first ${formatDuration(lengthMs)} and the embargo after them`);
  return { name: BEGINNING, stratum: BEGINNING, firstMs, lastMs };
}
