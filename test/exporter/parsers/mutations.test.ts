import { expect } from 'chai';
import fc from 'fast-check';
import { SourceError } from '../../../exporter/errors.ts';
import { EXTRACTORS } from '../../../exporter/extractors/index.ts';
import { parseOsRelease } from '../../../exporter/parsers/os-release.ts';
import { extractOnce } from '../../support/extract.ts';
import { fixtureHost } from '../../support/fixture-host.ts';

/** A change to a text: cut it, or put something else in place of a piece of it. */
interface Mutation {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.oneof(fc.nat(40), fc.constant(Number.MAX_SAFE_INTEGER)),
    insert: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom('', '\n', ' ', '-1', '0x1f', '1e9', 'NaN', '\\040', '99999999999999999999'),
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

function mutate(text: string, changes: readonly Mutation[]): string {
  return changes.reduce((before, { at, remove, insert }) => {
    const from = Math.floor(at * before.length);
    return before.slice(0, from) + insert + before.slice(from + remove);
  }, text);
}

describe('extractors on texts that were changed at random', () => {
  for (const extractor of EXTRACTORS) {
    it(`${extractor.name} gives finite values or a SourceError, nothing else`, async () => {
      await fc.assert(
        fc.asyncProperty(mutations, async (changes) => {
          const recorded = fixtureHost();
          const host = { ...recorded, read: (path: string) => mutate(recorded.read(path), changes) };
          try {
            const { samples } = await extractOnce(extractor, host);
            for (const { value } of samples) expect(value).to.satisfy(Number.isFinite);
          } catch (error) {
            expect(error).to.be.instanceOf(SourceError);
          }
        }),
        { numRuns: 150 },
      );
    });
  }

  it('os-release never fails', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseOsRelease(text)));
  });
});
