/** Which scenarios can be on at once while alerts are awaited: what an alert without a pod is about, one of them alone moves. */
import type { Scenario } from '../../scenarios/scenario/scenario.ts';
import { isHungry, untold } from '../../test/scenarios/support/batches.ts';

/** More attacks on the CPU or the disk than this at once, and each is slow to do what it is for. */
const MOST_HUNGRY = 2;

type Told = Pick<Scenario, 'name' | 'role' | 'moves'>;

function fits(one: Told, batch: readonly Told[], most: number): boolean {
  if (batch.length >= most || batch.some(({ role }) => role !== one.role)) return false;
  if (one.role === 'benign') return true;
  if (isHungry(one) && batch.filter(isHungry).length >= MOST_HUNGRY) return false;
  const taken = new Set(batch.flatMap(untold));
  return untold(one).every((column) => !taken.has(column));
}

/**
 * Batches of attacks that do not move the same column of the machine, and of benign workloads; those that move most such columns are placed first.
 *
 * @param most in a batch
 */
export function detectionBatches<T extends Told>(scenarios: readonly T[], most: number): T[][] {
  const batches: T[][] = [];
  const weight = (one: Told) => untold(one).length + Number(isHungry(one));
  for (const one of [...scenarios].sort((a, b) => weight(b) - weight(a))) {
    const found = batches.find((batch) => fits(one, batch, most));
    if (found === undefined) batches.push([one]);
    else found.push(one);
  }
  return batches;
}
