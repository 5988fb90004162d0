import { expect } from 'chai';
import fc from 'fast-check';
import { episodesOfMatrix } from '../../../../builder/label-sources/kinds/promql.ts';
import { labeller } from '../../../../builder/labels/label-rows.ts';

const STEP_MS = 15_000;
const T0 = Date.UTC(2026, 2, 29);
const CONFIG = {
  promql: 'x',
  scenario: 'noise',
  nodeLabel: 'node',
  clusterLabel: 'cluster',
  namespaceLabel: 'namespace',
  podLabel: 'pod',
} as const;

describe('builder/label-sources/kinds/promql', () => {
  it('labels exactly the rows at whose time the expression fires', () => {
    const values = fc.array(fc.constantFrom(undefined, 0, Number.NaN, 1, -2), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(values, values, (one, other) => {
        const seriesOf = (all: typeof one, instance: string) => {
          const samples = all.flatMap((value, i) =>
            value === undefined ? [] : [[T0 + i * STEP_MS, value] as const],
          );
          return {
            labels: { node: 'a', instance },
            timestampsMs: Float64Array.from(samples, ([ms]) => ms),
            values: Float64Array.from(samples, ([, value]) => value),
            staleMs: new Float64Array(0),
          };
        };
        const episodes = episodesOfMatrix([seriesOf(one, '1'), seriesOf(other, '2')], CONFIG, STEP_MS);
        const timesMs = Float64Array.from({ length: 42 }, (_, i) => T0 + (i - 1) * STEP_MS);
        const times = { firstMs: T0, lastMs: T0 + 40 * STEP_MS, stepMs: STEP_MS, recoveryMs: STEP_MS };
        const { labels } = labeller(episodes, times).label({ cluster: '', node: 'a', timesMs, features: [] });
        const fires = (i: number) => [one[i], other[i]].some((value) => value === 1 || value === -2);
        expect(labels.map(({ anomaly }) => anomaly === 1)).to.deep.equal(
          Array.from(timesMs, (_, i) => fires(i - 1)),
        );
      }),
    );
  });
});
