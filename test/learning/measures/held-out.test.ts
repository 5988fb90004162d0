import { expect } from 'chai';
import { eventsOf, heldOut } from '../../../learning/measures/held-out.ts';
import type { Dataset, RowFacts } from '../../../learning/table/series.ts';

const quiet: RowFacts = { label: 'normal', episode: null, role: null, phase: 'normal', split: 'test' };
const attack = (episode: string): RowFacts => ({
  ...quiet,
  label: 'scan',
  episode,
  role: 'attack',
  phase: 'attack',
});
const harmless = (episode: string): RowFacts => ({ ...quiet, episode, role: 'benign' });

function datasetOf(facts: readonly RowFacts[]): Dataset {
  const timesMs = Float64Array.from(facts, (_, row) => 15_000 * row);
  const series = [{ entity: { cluster: null, node: 'a' }, timesMs, values: [], facts }];
  return { name: 'd', stepMs: 15_000, columns: [], series, rowsDigest: 'd' };
}

describe('rows that are held out', () => {
  const given = 'verdict-20261128T120000.000Z-1a2b';

  it('are judged by what scenarios tell, and not by verdicts', () => {
    const facts = [
      quiet,
      attack('e1'),
      attack(given),
      attack(`lab-a/${given}`),
      harmless('e2'),
      harmless(given),
      attack('a-verdict-like'),
    ];
    const all = heldOut([datasetOf(facts)], new Set());
    expect(all[0]?.kinds).to.deep.equal(['quiet', 'attack', 'other', 'other', 'benign', 'other', 'attack']);
    expect(eventsOf(all).map(({ name }) => name)).to.deep.equal(['e1', 'e2', 'a-verdict-like']);
  });

  it('of a node are free of attacks when a person found nothing wrong, and not when one found an attack', () => {
    const [harmlessly, badly] = [harmless(given), attack(given)].map(
      (own) => heldOut([datasetOf([quiet, own])], new Set())[0]?.isAttackFree,
    );
    expect([harmlessly, badly]).to.deep.equal([true, false]);
  });
});
