import { randomFrom } from '../../../common/random.ts';

/** Choices from a seed. */
export class Choices {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  /** A whole number from 0 to below `most`. */
  below(most: number): number {
    return Math.floor(this.#random() * most);
  }

  of<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new Error('nothing to choose from');
    return value;
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  /** So many characters of an alphabet. */
  text(length: number, alphabet: string): string {
    let text = '';
    while (text.length < length) text += alphabet.charAt(this.below(alphabet.length));
    return text;
  }
}
