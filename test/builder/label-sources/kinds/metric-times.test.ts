import { expect } from 'chai';
import fc from 'fast-check';
import type { RawSeries, SampleSource } from '../../../../builder/samples/series.ts';
import { wholeMs } from '../../../../common/ms.ts';
import { LATEST_MS } from '../../../../common/times.ts';
import { metricLabels } from '../support/metric-labels.ts';

const START_S = 1_774_785_600;
const NOW_MS = wholeMs((START_S + 3_600) * 1000);

function series(name: string, value: number): RawSeries {
  return {
    labels: { __name__: name, episode: 'e', scenario: 'burn', node: 'a' },
    timestampsMs: Float64Array.of((START_S + 60) * 1000),
    values: Float64Array.of(value),
    staleMs: new Float64Array(0),
  };
}

async function labelsOf(start: number, end: number) {
  const source: SampleSource = {
    staleMarkers: true,
    way: 'remote-read',
    evaluate: async () => [],
    read: async ({ metric }) => [series(metric, metric.includes('_start_') ? start : end)],
  };
  return metricLabels(source, {
    fromMs: wholeMs(START_S * 1000),
    lastMs: NOW_MS,
    nowMs: NOW_MS,
    freshnessMs: 22_500,
  });
}

describe('builder/label-sources/kinds/metric with any value', () => {
  it('says that an episode was told in another unit, rather than lose it without a word', async () => {
    const { episodes, warnings } = await labelsOf(START_S * 1000, (START_S + 60) * 1000);
    expect(episodes).to.deep.equal([]);
    expect(warnings.join('\n'))
      .to.contain('labels metric: kubevigil_scenario_start_timestamp_seconds{episode="e"')
      .and.to.contain('if it is in milliseconds (2026-03-29T12:00:00.000Z), write 1774785600');
  });

  it('has only moments that can be written', async () => {
    const value = fc.oneof(
      fc.double(),
      fc.constantFrom(START_S, START_S + 60, 0, 253_402_300_799.9999, 1e300, Number.NaN),
    );
    await fc.assert(
      fc.asyncProperty(value, value, async (start, end) => {
        const { episodes } = await labelsOf(start, end);
        for (const { startMs, endMs } of episodes) {
          for (const ms of [startMs, endMs])
            expect(ms).to.satisfy(Number.isSafeInteger).and.to.be.within(0, LATEST_MS);
          expect(endMs).to.be.greaterThan(startMs);
        }
      }),
    );
  });
});
