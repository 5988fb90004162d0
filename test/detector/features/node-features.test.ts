import { expect } from 'chai';
import fc from 'fast-check';
import { type Inputs, NodeFeatures } from '../../../detector/features/node-features.ts';
import { OwnPast } from '../../../detector/features/own-past.ts';
import { type FeaturePlan, featureNames } from '../../../detector/features/plan.ts';

const STEP_MS = 15_000;
const PLAN: FeaturePlan = {
  columns: ['a', 'b'],
  stepMs: STEP_MS,
  window: 3,
  horizonMs: 600_000,
  learningRows: 10,
  scales: [2, 0.5],
};

interface Row {
  readonly timeMs: number;
  readonly values: readonly number[];
}

/** Rows of a node, mostly a step apart, some of whose values are missing. */
const rows: fc.Arbitrary<Row[]> = fc
  .array(
    fc.record({
      steps: fc.oneof(
        { weight: 12, arbitrary: fc.constant(1) },
        fc.integer({ min: 2, max: 5 }),
        fc.constant(100),
      ),
      values: fc.tuple(
        ...PLAN.columns.map(() =>
          fc.oneof(
            { weight: 5, arbitrary: fc.float({ noNaN: true, min: -50, max: 50 }) },
            fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
          ),
        ),
      ),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((all) => {
    let timeMs = 1_700_000_000_000;
    return all.map(({ steps, values }) => {
      timeMs += steps * STEP_MS;
      return { timeMs, values };
    });
  });

function featuresOf(all: readonly Row[]): (readonly number[] | undefined)[] {
  const node = new NodeFeatures(PLAN);
  return all.map(({ timeMs, values }) => {
    const inputs = node.next(timeMs, values);
    return inputs === undefined ? undefined : [...inputs.window, ...inputs.features];
  });
}

describe('features of a node', () => {
  it('do not change with anything that comes later', () => {
    fc.assert(
      fc.property(rows, rows, fc.nat(), (all, others, cut) => {
        const at = cut % all.length;
        const lastMs = all[at]?.timeMs as number;
        const later = others.map(({ timeMs, values }) => ({ timeMs: timeMs + lastMs, values }));
        const kept = all.slice(0, at + 1);
        expect(featuresOf([...kept, ...later]).slice(0, at + 1)).to.deep.equal(
          featuresOf(all).slice(0, at + 1),
        );
      }),
    );
  });

  it('do not change with what another node does', () => {
    fc.assert(
      fc.property(rows, rows, (one, other) => {
        const [own, theirs] = [new NodeFeatures(PLAN), new NodeFeatures(PLAN)];
        const found = one.map(({ timeMs, values }, i) => {
          const beside = other[i];
          if (beside !== undefined) theirs.next(beside.timeMs, beside.values);
          const inputs = own.next(timeMs, values);
          return inputs === undefined ? undefined : [...inputs.window, ...inputs.features];
        });
        expect(found).to.deep.equal(featuresOf(one));
      }),
    );
  });

  it('are of a whole window without a gap in it, and of nothing before it but where the usual lies', () => {
    fc.assert(
      fc.property(rows, (all) => {
        featuresOf(all).forEach((features, i) => {
          const window = all.slice(Math.max(0, i - PLAN.window + 1), i + 1);
          const spanMs = (all[i]?.timeMs ?? 0) - (window[0]?.timeMs ?? 0);
          const isWhole = window.length === PLAN.window && spanMs === (PLAN.window - 1) * STEP_MS;
          if (features === undefined) return;
          expect(isWhole).to.equal(true);
          const missing = window.map(
            ({ values }) => values.filter((value) => !Number.isFinite(value)).length / 2,
          );
          expect(features.at(-2)).to.be.closeTo(missing.at(-1) as number, 1e-6);
          expect(features.at(-1)).to.be.closeTo(missing.reduce((a, b) => a + b, 0) / window.length, 1e-6);
        });
      }),
    );
  });

  it('are the last, mean, lowest and highest of each column of the window', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const node = new NodeFeatures(PLAN);
        let past = new OwnPast(PLAN.columns.length, PLAN.stepMs, PLAN.horizonMs);
        const distances: number[][] = [];
        all.forEach(({ timeMs, values }, i) => {
          const isNew = timeMs - (all[i - 1]?.timeMs ?? timeMs) > PLAN.horizonMs;
          if (isNew) past = new OwnPast(PLAN.columns.length, PLAN.stepMs, PLAN.horizonMs);
          const residuals = new Float64Array(PLAN.columns.length);
          past.residuals(values, residuals);
          distances.push(
            PLAN.scales.map((scale, column) =>
              Math.fround(Math.asinh((residuals[column] as number) / scale)),
            ),
          );
          const inputs = node.next(timeMs, values);
          if (inputs === undefined) return;
          PLAN.columns.forEach((_, column) => {
            const window = distances.slice(-PLAN.window).map((row) => row[column] as number);
            const known = window.filter((value) => !Number.isNaN(value));
            const mean = known.reduce((a, b) => a + b, 0) / known.length;
            const [lowest, highest] =
              known.length === 0 ? [Number.NaN, Number.NaN] : [Math.min(...known), Math.max(...known)];
            const told = [0, 1, 2, 3].map((summary) => inputs.features[summary * 2 + column]);
            // 0 has no sign: what rounding leaves below it is as usual.
            const wanted = [window.at(-1) as number, Math.fround(mean), lowest, highest].map(
              (one) => one + 0,
            );
            expect(told.map((one) => (one as number) + 0)).to.deep.equal(wanted);
          });
        });
      }),
    );
  });

  it('tell distances from the usual in terms of the scale, and what is missing', () => {
    const node = new NodeFeatures(PLAN);
    let inputs: Inputs | undefined;
    for (let i = 0; i < 30; i++) inputs = node.next((i + 1) * STEP_MS, [i % 2 === 0 ? 9 : 11, 7]);
    expect(inputs?.features).to.have.length(featureNames(PLAN.columns).length);
    inputs = node.next(31 * STEP_MS, [14, Number.NaN]);
    const told = Object.fromEntries(featureNames(PLAN.columns).map((name, i) => [name, inputs?.features[i]]));
    expect(told['a:last']).to.be.closeTo(Math.asinh((14 - 10) / 2), 1e-6);
    expect(told['a:max']).to.equal(told['a:last']);
    expect(told['a:min']).to.be.closeTo(Math.asinh(-1 / 2), 1e-6);
    expect(told['b:last']).to.be.NaN;
    expect([told['b:mean'], told['b:max']]).to.deep.equal([0, 0]);
    expect(told['missing:last']).to.equal(0.5);
    expect(told['missing:mean']).to.be.closeTo(1 / 6, 1e-6);
    const oldest = [told['a:min'], 0, 0];
    expect(inputs?.window.slice(0, 3)).to.deep.equal(Float32Array.from(oldest as number[]));
    expect(inputs?.window.slice(6)).to.deep.equal(Float32Array.of(told['a:last'] as number, 0, 0.5));
  });

  it('begin anew after a gap that is longer than the past, and wait for a window after any', () => {
    const node = new NodeFeatures(PLAN);
    const ready = (timeMs: number) => node.next(timeMs, [1, 2]) !== undefined;
    const first = Array.from({ length: 12 }, (_, i) => ready(i * STEP_MS));
    expect(first.indexOf(true)).to.equal(10);
    expect([14, 15, 16].map((i) => ready(i * STEP_MS))).to.deep.equal([false, false, true]);
    const again = Array.from({ length: 12 }, (_, i) => ready((1_000 + i) * STEP_MS));
    expect(again.indexOf(true)).to.equal(10);
    expect(() => ready(5)).to.throw(RangeError, 'order of time');
  });
});
