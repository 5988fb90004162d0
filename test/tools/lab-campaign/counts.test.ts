import { expect } from 'chai';
import type { RowFacts } from '../../../learning/table/series.ts';
import { countsOf } from '../../../tools/lab-campaign/counts.ts';

const none = { episodes: 0, rows: 0 };
const row = (more: Partial<RowFacts>): RowFacts => ({
  ...{ label: 'normal', episode: null, role: null, phase: 'normal', split: 'train' },
  ...more,
});

describe("what parts have of the lab's scenarios", () => {
  it('is told by rows that show them: no recovery, no bystander, no embargo', () => {
    const burn = { label: 'cpu_burn', episode: 'cpu_burn-17', role: 'attack', phase: 'attack' };
    const backup = { episode: 'backup-17', role: 'benign' };
    const found = countsOf(
      [
        ...[row(burn), row(burn), row({ ...burn, episode: 'cpu_burn-18', split: 'test' })],
        ...[row({ ...burn, split: 'embargo' }), row({ ...burn, label: 'normal', phase: 'recovery' })],
        row({ ...burn, label: 'normal', phase: 'normal', involvement: 'bystander' }),
        ...[row(backup), row({ ...backup, involvement: 'bystander' }), row({ ...backup, phase: 'recovery' })],
        ...[row({}), row({ ...burn, episode: 'other-17' })],
      ],
      [
        { name: 'cpu_burn', role: 'attack' },
        { name: 'backup', role: 'benign' },
      ],
    );
    expect(Object.fromEntries(found)).to.deep.equal({
      cpu_burn: { train: { episodes: 1, rows: 2 }, validation: none, test: { episodes: 1, rows: 1 } },
      backup: { train: { episodes: 1, rows: 1 }, validation: none, test: none },
    });
  });
});
