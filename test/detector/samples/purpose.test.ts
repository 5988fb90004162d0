import { expect } from 'chai';
import { choose } from '../../../detector/samples/choose.ts';
import { purposes } from '../../../detector/samples/purpose.ts';
import type { RowFacts, Series } from '../../../learning/table/series.ts';

const STEP_MS = 15_000;
const TIMES = { stepMs: STEP_MS, horizonMs: 600_000, window: 2, learningRows: 2 };
const QUIET: RowFacts = { label: 'normal', episode: null, role: null, phase: 'normal', split: 'train' };
const ATTACK: RowFacts = {
  label: 'cpu_burn',
  episode: 'e1',
  role: 'target',
  phase: 'attack',
  split: 'train',
};

function seriesOf(facts: readonly RowFacts[]): Series {
  return {
    entity: { cluster: null, node: 'a' },
    timesMs: Float64Array.from(facts, (_, i) => i * STEP_MS),
    values: [],
    facts,
  };
}

/** What the rows after two quiet ones are for, in short. */
function told(facts: readonly RowFacts[]): string[] {
  return purposes(seriesOf([QUIET, QUIET, ...facts]), TIMES)
    .slice(2)
    .map((purpose) =>
      purpose === undefined ? '–' : `${purpose.part} ${purpose.label}${purpose.isQuiet ? ' quiet' : ''}`,
    );
}

describe('what rows are for', () => {
  it('the first row of an attack teaches nothing, nor what comes after it while features remember it', () => {
    const recovery = { ...QUIET, phase: 'recovery', episode: 'e1' };
    expect(told([QUIET, ATTACK, ATTACK, recovery, QUIET, QUIET])).to.deep.equal([
      'train normal quiet',
      '–',
      'train cpu_burn',
      '–',
      '–',
      'train normal quiet',
    ]);
    const next = { ...ATTACK, episode: 'e2' };
    expect(told([ATTACK, ATTACK, next, next])).to.deep.equal(['–', 'train cpu_burn', '–', 'train cpu_burn']);
  });

  it('a benign workload teaches what normal is, and is not quiet', () => {
    const alike = { ...QUIET, episode: 'b1', role: 'benign' };
    expect(told([alike, alike])).to.deep.equal(['train normal', 'train normal']);
  });

  it('nothing is taught by rows of the test part, of the embargo, without a label, or whose window reaches into another part', () => {
    const [validation, test, embargo] = ['validation', 'test', 'embargo'].map((split) => ({
      ...QUIET,
      split,
    })) as [RowFacts, RowFacts, RowFacts];
    expect(told([validation, validation, test, test, embargo, embargo, QUIET, QUIET])).to.deep.equal([
      '–',
      'validation normal quiet',
      '–',
      '–',
      '–',
      '–',
      '–',
      'train normal quiet',
    ]);
    expect(told([{ ...QUIET, label: null }, QUIET, QUIET])).to.deep.equal(['–', '–', 'train normal quiet']);
  });

  it('a window does not reach over a gap', () => {
    const { timesMs, ...rest } = seriesOf(Array.from({ length: 6 }, () => QUIET));
    const gap = purposes({ ...rest, timesMs: timesMs.map((t, i) => (i < 4 ? t : t + 60_000)) }, TIMES);
    expect(gap.map((purpose) => purpose !== undefined)).to.deep.equal([
      false,
      false,
      true,
      true,
      false,
      true,
    ]);
  });
});

describe('the choice of rows', () => {
  const some = (label: string, count: number, part: 'train' | 'validation' = 'train') =>
    Array.from({ length: count }, () => ({ part, label, isQuiet: label === 'normal', isVerdict: false }));

  it('has normal first, leaves out attacks of too few windows, and tells them', () => {
    const all = [
      ...some('normal', 9),
      ...some('b', 5),
      ...some('a', 7),
      ...some('rare', 4),
      undefined,
      ...some('late', 8, 'validation'),
    ];
    const { classes, train, validation, tooRare } = choose([all], 1);
    expect(classes).to.deep.equal(['normal', 'a', 'b']);
    expect(tooRare).to.deep.equal({ rare: 4, late: 0 });
    expect(train).to.have.length(21);
    expect(validation).to.deep.equal([]);
  });

  it('takes a bounded number of each class, the same by the same seed', () => {
    const all = [[...some('normal', 60_000), ...some('a', 10)], some('normal', 3, 'validation')];
    const { train, calibration } = choose(all, 1);
    expect(train).to.have.length(50_010);
    expect(calibration).to.have.length(3);
    expect(choose(all, 1).train).to.deep.equal(train);
    expect(choose(all, 2).train).not.to.deep.equal(train);
  });
});
