/** Which scenarios can be on at once, so that it is still known who moved what. */
import { randomFrom } from '../../../common/random.ts';
import type { Scenario } from '../../../scenarios/scenario/scenario.ts';
import { UNTOLD } from './attribution.ts';

/** What an attack on these leaves of the machine is too little for others. */
const HUNGRY: ReadonlySet<string> = new Set<Scenario['moves'][number]>([
  'cpu_busy_ratio',
  'cpu_system_ratio',
  'cpu_iowait_ratio',
  'cpu_pressure_ratio',
  'io_pressure_ratio',
  'memory_pressure_ratio',
  'processes_running',
  'forks_per_second',
  'disk_read_bytes_per_second',
  'disk_write_bytes_per_second',
  'container_cpu_cores',
  'container_disk_read_bytes_per_second',
  'container_disk_write_bytes_per_second',
]);
/** What processes cost that do anything at all. A benign workload that names these is not blamed for what an attack beside it costs. */
const ANY_WORK: readonly Scenario['moves'][number][] = ['cpu_system_ratio', 'cpu_pressure_ratio'];

type Told = Pick<Scenario, 'name' | 'role' | 'moves'>;

export const untold = ({ moves }: Told) => moves.filter((column) => UNTOLD.has(column));
/** Whether it leaves others too little of the machine. */
export const isHungry = ({ role, moves }: Told) =>
  role === 'attack' && moves.some((column) => HUNGRY.has(column));

/** Whether what `one` does to columns without a twin would be taken for the doing of the benign `other`. */
function blames(one: Told, other: Told): boolean {
  if (untold(one).some((column) => !other.moves.includes(column))) return true;
  return one.role === 'attack' && !ANY_WORK.every((column) => other.moves.includes(column));
}

/** Whether it is about columns of the machine that any other attack moves a little, too: it would be taken for its doing. */
const isAlone = (one: Told) => isHungry(one) && untold(one).some((column) => HUNGRY.has(column));

/** Whether two scenarios cannot be judged when they are on at the same time. */
export function meet(a: Told, b: Told): boolean {
  if (isAlone(a) || isAlone(b) || (isHungry(a) && isHungry(b))) return true;
  if ((isHungry(a) || isHungry(b)) && a.role !== b.role) return true;
  if (a.role === 'benign' && blames(b, a)) return true;
  if (b.role === 'benign' && blames(a, b)) return true;
  const bothBenign = a.role === 'benign' && b.role === 'benign';
  return !bothBenign && untold(a).some((column) => b.moves.includes(column));
}

/** Beside an attack that takes what it can get of the CPU or the disk. */
const MOST_BESIDE_HUNGRY = 3;

function hasRoom(batch: readonly Told[], one: Told, most: number): boolean {
  const isTight = isHungry(one) || batch.some(isHungry);
  return batch.length < (isTight ? Math.min(most, 1 + MOST_BESIDE_HUNGRY) : most);
}

/** In another order. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/**
 * Batches of scenarios that do not meet, each scenario in one of them. Those that meet most others are placed first, the rest fill up.
 *
 * @param most in a batch: as many as there are pods
 * @param seed of the order
 */
export function batchesOf<T extends Told>(scenarios: readonly T[], most: number, seed: number): T[][] {
  const random = randomFrom(seed);
  const inOrder = shuffled(scenarios, random)
    .map((one) => ({ one, met: scenarios.filter((other) => other !== one && meet(one, other)).length }))
    .sort((a, b) => b.met - a.met);
  const batches: T[][] = [];
  for (const { one } of inOrder) {
    const fits = batches.find(
      (batch) => hasRoom(batch, one, most) && batch.every((other) => !meet(one, other)),
    );
    if (fits === undefined) batches.push([one]);
    else fits.push(one);
  }
  return shuffled(batches, random);
}
