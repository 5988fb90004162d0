/** The different values of a column, and which of them each value is. */
export interface Distinct {
  readonly entries: Float64Array;
  readonly indexes: Uint32Array;
}

const FREE = -1;
/** Odd, and with bits all over (2^32 divided by the golden ratio). */
const SPREAD = 0x9e3779b1;

/**
 * Finds the different doubles, told apart by their bits and in the order in which they come up: a hash table with open
 * addressing, which a Map with a key object per double is several times slower than.
 *
 * @returns undefined as soon as there are more than `most`
 */
export function distinct(values: Float64Array, most: number): Distinct | undefined {
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  const bits = Math.ceil(Math.log2(2 * most + 2));
  const slots = new Int32Array(1 << bits).fill(FREE);
  const mask = slots.length - 1;
  const firstAt = new Uint32Array(most);
  const indexes = new Uint32Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const one = words[2 * i] as number;
    const other = words[2 * i + 1] as number;
    let slot = Math.imul(one ^ Math.imul(other, SPREAD), SPREAD) >>> (32 - bits);
    let entry = slots[slot] as number;
    while (entry !== FREE) {
      const at = 2 * (firstAt[entry] as number);
      if (words[at] === one && words[at + 1] === other) break;
      slot = (slot + 1) & mask;
      entry = slots[slot] as number;
    }
    if (entry === FREE) {
      if (count === most) return undefined;
      entry = count++;
      slots[slot] = entry;
      firstAt[entry] = i;
    }
    indexes[i] = entry;
  }
  return { entries: Float64Array.from(firstAt.subarray(0, count), (at) => values[at] as number), indexes };
}
