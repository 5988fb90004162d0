/** Something that lasts, [startMs, endMs), and whom it is about. */
export interface Lasting {
  readonly startMs: number;
  readonly endMs: number;
}

/** Places of two in a list, the first before the second. */
export type Pair = readonly [number, number];

/** The fields that are not empty, a bit for each. */
function maskOf(fields: readonly string[]): number {
  return fields.reduce((mask, field, i) => (field === '' ? mask : mask | (1 << i)), 0);
}

/** What two have in common that agree in the fields of a mask. */
function keyOf(mask: number, fields: readonly string[], shown: number): string {
  return JSON.stringify([mask, ...fields.map((field, i) => ((shown & (1 << i)) === 0 ? '' : field))]);
}

/** All masks that have no other bits than this one. */
function subsetsOf(mask: number): number[] {
  return Array.from({ length: mask + 1 }, (_, subset) => subset).filter((subset) => (subset & ~mask) === 0);
}

/**
 * The pairs of a list that are on at the same time and about the same: whose fields are the same, an empty one standing
 * for anything. Found in a sweep over time, in the time that sorting takes and the pairs found.
 *
 * @param fieldsOf as many for each of the list
 * @returns in the order of the list
 */
export function overlapsOf<T extends Lasting>(
  list: readonly T[],
  fieldsOf: (one: T) => readonly string[],
): Pair[] {
  const fields = list.map(fieldsOf);
  const masks = fields.map(maskOf);
  const asked = [...new Set(masks)];
  const subsets = new Map(asked.map((mask) => [mask, subsetsOf(mask)]));
  /** Those that are on, under what others may ask for; one that has ended leaves when it is come across. */
  const on = new Map<string, number[]>();
  const pairs: Pair[] = [];
  const byStart = [...list.keys()].sort((a, b) => (list[a] as T).startMs - (list[b] as T).startMs || a - b);
  for (const at of byStart) {
    const { startMs } = list[at] as T;
    const own = fields[at] as readonly string[];
    const mask = masks[at] as number;
    // Another agrees in a field that it has as well, or has it empty.
    for (const shown of subsets.get(mask) ?? []) {
      const key = keyOf(mask, own, shown);
      const found = on.get(key)?.filter((other) => (list[other] as T).endMs > startMs);
      if (found === undefined) continue;
      on.set(key, found);
      for (const other of found) pairs.push(other < at ? [other, at] : [at, other]);
    }
    for (const question of asked) {
      const key = keyOf(question, own, question);
      const others = on.get(key);
      if (others === undefined) on.set(key, [at]);
      else others.push(at);
    }
  }
  return pairs.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}
