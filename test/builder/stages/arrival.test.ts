import { expect } from 'chai';
import type { SampleSource } from '../../../builder/samples/series.ts';
import { latenessMs, warnOfLateness } from '../../../builder/stages/arrival.ts';
import { createLogger } from '../../../common/log.ts';
import { wholeMs } from '../../../common/ms.ts';
import { planOf, rawSeries } from '../support/plans.ts';

const NOW = wholeMs(1_795_824_690_000);
const INTERVAL = wholeMs(15_000);
/** A target whose newest sample is so old. */
const target = (ageMs: number) =>
  rawSeries('up', { instance: String(ageMs) }, [
    [NOW - ageMs - INTERVAL, 1],
    [NOW - ageMs, 1],
  ]);

describe('builder/stages/arrival', () => {
  it('is how much more than an interval ago the newest sample of half of the targets was taken', () => {
    expect(latenessMs([target(14_000), target(3_000)], NOW, INTERVAL)).to.equal(0);
    expect(latenessMs([target(40_000), target(38_000), target(290_000)], NOW, INTERVAL)).to.equal(25_000);
    // A target that is gone tells nothing of the others.
    expect(latenessMs([target(10_000), target(290_000)], NOW, INTERVAL)).to.equal(0);
    expect(latenessMs([], NOW, INTERVAL)).to.equal(undefined);
  });

  for (const [what, ageMs, lastMs, warning] of [
    [
      'warns when steps close before their samples come',
      60_000,
      NOW,
      /later than steps close.*late=45s.*needed=45s/,
    ],
    ['says nothing when they come in time', 14_000, NOW, /^$/],
    ['says nothing of a dataset that ended long ago', 60_000, NOW - 3_600_000, /^$/],
  ] as const) {
    it(what, async () => {
      let written = '';
      const log = createLogger({ level: 'info', format: 'logfmt' }, (line) => {
        written += line;
      });
      const source: SampleSource = {
        way: 'range-selectors',
        staleMarkers: false,
        evaluate: async () => [],
        read: async () => [target(ageMs)],
      };
      await warnOfLateness(source, planOf([], lastMs - 600_000, lastMs), NOW, log);
      expect(written).to.match(warning);
    });
  }
});
