import type { BoundChildren } from './bound-children.ts';
import type { Lifetime } from './lifetime.ts';

const TICK_MS = 500;
/** Longer than a polling agent's second, so that it sees each. */
const LIVES_MS = 1_500;

/**
 * Has programs started at a steady rate, each of which lives for a while, until the time is over.
 *
 * @param start starts so many, each of them one child or more
 * @throws {Error} when one could not be started
 */
export async function startSteadily(
  life: Lifetime,
  children: BoundChildren,
  perSecond: number,
  start: (count: number) => void,
): Promise<void> {
  const perTick = Math.max(1, Math.round((perSecond * TICK_MS) / 1000));
  while (life.goesOn()) {
    const before = children.size;
    start(perTick);
    children.release(((children.size - before) * LIVES_MS) / TICK_MS);
    children.assertStarted();
    await life.pause(TICK_MS);
  }
}
