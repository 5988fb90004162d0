import { expect } from 'chai';
import fc from 'fast-check';
import { SourceError } from '../../../exporter/base/errors.ts';
import { EXTRACTORS } from '../../../exporter/extractors/index.ts';
import { extractOnce } from '../../support/extract.ts';
import { fixtureHost } from '../../support/fixture-host.ts';
import { mutate, mutations } from '../../support/mutate.ts';

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
});
