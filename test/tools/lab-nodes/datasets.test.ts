import { expect } from 'chai';
import { commonColumns, validationFrom } from '../../../tools/lab-nodes/datasets.ts';
import { factsOf } from '../../../tools/lab-nodes/facts.ts';
import { judgementOf, rotationsOf } from '../../../tools/lab-nodes/judge.ts';
import { nodesOf } from '../../../tools/lab-nodes/plan.ts';
import { victimRules } from '../../../tools/lab-nodes/rules.ts';

const NODES = nodesOf(['5.10', '6.1'], ['6.1', '6.12']);
const nodeOf = (role: string) => {
  const found = NODES.find((node) => node.role === role);
  if (found === undefined) throw new Error(`no ${role}`);
  return found;
};

describe('lab:nodes, the datasets', () => {
  const times = { startMs: 1_000, endMs: 5_000 };

  it('learn until validation began, or of three quarters where the node was left before', () => {
    expect(validationFrom(nodeOf('attacked'), times, { 'attacked-5.10': 3_000 })).to.equal(3_000);
    expect(validationFrom(nodeOf('attacked'), times, {})).to.equal(4_000);
  });

  it('learn what is usual of half the time of nodes without attacks', () => {
    for (const role of ['calibration', 'alarms'])
      expect(validationFrom(nodeOf(role), times, {})).to.equal(3_000);
  });

  it('have the columns that all nodes have', () => {
    expect(
      commonColumns([
        ['a', 'b', 'c'],
        ['c', 'a'],
        ['a', 'c', 'd'],
      ]),
    ).to.deep.equal(['a', 'c']);
    expect(commonColumns([])).to.deep.equal([]);
  });

  it('hold each attacked node out once, learn of all others and never of those for false alarms', () => {
    const rotations = rotationsOf(NODES.map((node) => ({ node })));
    const names = (all: readonly { readonly node: { readonly name: string } }[]) =>
      all.map(({ node }) => node.name);
    expect(
      rotations.map(({ heldOut, learned, judged }) => [heldOut.node.name, names(learned), names(judged)]),
    ).to.deep.equal([
      ['attacked-5.10', ['attacked-6.1', 'calibration-6.1'], ['attacked-5.10', 'alarms-6.12']],
      ['attacked-6.1', ['attacked-5.10', 'calibration-6.1'], ['attacked-6.1', 'alarms-6.12']],
    ]);
  });

  it('are counted by rows and episodes', () => {
    const fact = (label: string | null, episode: string | null, phase: string | null = null) => ({
      ...{ label, episode, phase, role: null, split: null },
    });
    const facts = [
      fact('normal', null),
      fact('scan', 'a', 'attack'),
      fact('scan', 'a', 'attack'),
      fact('normal', 'a', 'recovery'),
      fact('normal', 'b'),
      fact(null, null),
    ];
    const { NaN: none } = Number;
    const values = [Float64Array.from([1, none, 1, 1, none, 1]), Float64Array.from([1, none, none, 1, 1, 1])];
    expect(factsOf({ timesMs: Float64Array.from(facts.keys()), values, facts })).to.deep.equal({
      ...{ rows: 6, emptyRows: 1, attackRows: 2, attacks: 1, benign: 1 },
    });
  });
});

describe('lab:nodes, the rules of guests', () => {
  it('read the logs of the victim in the place of those of pods that ask for it, and are no others', () => {
    const rules = [
      { name: 'shell', on: 'exec' },
      { name: 'login', on: 'log', pods: { labels: { 'kubevigil.io/watch-logins': 'true' } } },
      { name: 'ssh', on: 'log', files: ['/var/log/auth.log'] },
      { name: 'web', on: 'log', pods: { labels: { 'kubevigil.io/watch-web': 'true' } } },
    ];
    expect(victimRules(rules)).to.deep.equal([
      { name: 'login', on: 'log', files: ['/mnt/data/victim.log'] },
      { name: 'web', on: 'log', files: ['/mnt/data/access.log'] },
    ]);
  });
});

describe('lab:nodes, a judgement', () => {
  it('refuses what is no evaluation', () => {
    expect(() => judgementOf('node', { attacks: 3 }, 1)).to.throw();
  });
});
