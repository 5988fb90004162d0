import fc from 'fast-check';
import { anyCharacter } from './any-character.ts';

/** A change to a text: cut it, or put something else in place of a piece of it. */
interface Mutation {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

/** Changes at random, among them such as parsers trip over; no number is longer than the kernel's longest, of 20 digits. */
export const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.oneof(fc.nat(40), fc.constant(Number.MAX_SAFE_INTEGER)),
    insert: fc.oneof(
      fc.string({ unit: anyCharacter, maxLength: 12 }),
      fc.constantFrom('', '\n', ' ', '-1', '0x1f', '1e9', 'NaN', '\\040', '99999999999999999999'),
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

export function mutate(text: string, changes: readonly Mutation[]): string {
  return changes.reduce((before, { at, remove, insert }) => {
    const from = Math.floor(at * before.length);
    return before.slice(0, from) + insert + before.slice(from + remove);
  }, text);
}
