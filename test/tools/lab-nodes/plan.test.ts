import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Item,
  lengthOf,
  nodesOf,
  type PlannedEpisode,
  planOf,
  type Repertoire,
  type Wishes,
} from '../../../tools/lab-nodes/plan.ts';
import { progressLine } from '../../../tools/lab-nodes/progress.ts';
import { type Done, remaining } from '../../../tools/lab-nodes/resume.ts';

const WISHES: Wishes = { seed: 1, repetitions: 2, durationMs: 60_000, gapMs: 30_000, quietMs: 300_000 };
const REPERTOIRE: Repertoire = { attacks: ['burn', 'scan', 'leak'], benign: ['backup', 'spike'] };
const NODES = nodesOf(['5.10', '6.1', '6.1'], ['6.1', '6.12']);
const SETTLE_MS = 160_000;

const isEpisode = (item: Item): item is PlannedEpisode => item.kind === 'episode';
const planned = (seed: number) => planOf(NODES, REPERTOIRE, { ...WISHES, seed });
const itemsOf = (name: string, seed = 1) => planned(seed).get(name) ?? [];
const namesOf = (items: readonly Item[]) => items.filter(isEpisode).map(({ name }) => name);

describe('lab:nodes, the plan', () => {
  it('names nodes by what they are for and their kernel, also of one kernel twice', () => {
    expect(NODES.map(({ name }) => name)).to.deep.equal([
      ...['attacked-5.10', 'attacked-6.1', 'attacked-6.1-2'],
      ...['calibration-6.1', 'alarms-6.12'],
    ]);
  });

  it('has each scenario as often as asked on each attacked node, no attack on the others, and no name twice', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const plan = planned(seed);
        for (const { name, role } of NODES) {
          const scenarios = (plan.get(name) ?? []).filter(isEpisode).map(({ scenario }) => scenario);
          if (role !== 'attacked') expect(REPERTOIRE.benign).to.include.members(scenarios);
          else
            expect([...scenarios].sort()).to.deep.equal(
              [...REPERTOIRE.attacks, ...REPERTOIRE.benign].flatMap((one) => [one, one]).sort(),
            );
        }
        const names = namesOf([...plan.values()].flat());
        expect(new Set(names).size).to.equal(names.length);
      }),
    );
  });

  it('is the same by the same seed, and another on another node', () => {
    const orders = ['attacked-5.10', 'attacked-6.1', 'attacked-6.1-2'].map((name) =>
      itemsOf(name)
        .filter(isEpisode)
        .map(({ scenario }) => scenario)
        .join(),
    );
    expect(new Set(orders).size).to.equal(3);
    expect(planned(7)).to.deep.equal(planned(7));
  });

  it('begins without attacks, and once more before what is for validation, which is the last quarter', () => {
    const items = itemsOf('attacked-5.10');
    const quiet = items.flatMap((item, i) => (item.kind === 'quiet' ? [i] : []));
    expect(quiet).to.deep.equal([0, 8]);
    expect(items[8]).to.include({ beginsValidation: true });
    expect(items.length - 9).to.equal(3);
  });

  it('takes about as long on nodes without attacks', () => {
    const attacked = lengthOf(itemsOf('attacked-5.10'));
    const calm = lengthOf(itemsOf('alarms-6.12'));
    expect(calm)
      .to.be.at.most(attacked)
      .and.above(attacked / 2);
  });

  it('draws intensities between a half and one', () => {
    const all = [...planned(3).values()].flat().filter(isEpisode);
    expect(all.every(({ intensity }) => intensity >= 0.5 && intensity <= 1)).to.equal(true);
  });
});

describe('lab:nodes, going on', () => {
  const items = itemsOf('attacked-5.10');
  const episodes = items.filter(isEpisode);
  const whole = ({ name, durationMs }: PlannedEpisode, startMs = 0): Done => ({
    episode: name,
    startMs,
    endMs: startMs + durationMs,
  });

  it('has everything left when nothing was done, and nothing when all was', () => {
    expect(remaining(items, [], SETTLE_MS)).to.deep.equal(items);
    expect(
      remaining(
        items,
        episodes.map((one) => whole(one)),
        SETTLE_MS,
      ),
    ).to.deep.equal([]);
  });

  it('leaves out what was done, after time to settle, in the order of the plan', () => {
    fc.assert(
      fc.property(fc.subarray(episodes), (done) => {
        const left = remaining(
          items,
          done.map((one) => whole(one)),
          SETTLE_MS,
        );
        expect(namesOf(left)).to.deep.equal(namesOf(episodes.filter((one) => !done.includes(one))));
        if (left.length > 0) expect(left[0]?.kind, 'what comes first').to.equal('quiet');
      }),
    );
  });

  it('does an episode again that was cut, under another name each time', () => {
    const [first, second] = episodes as [PlannedEpisode, PlannedEpisode];
    const cut = { ...whole(first), endMs: 10_000 };
    const left = remaining(items, [cut, whole(second)], SETTLE_MS);
    expect(left.slice(0, 2)).to.deep.equal([
      { kind: 'quiet', durationMs: SETTLE_MS },
      { ...first, name: `${first.name}.2` },
    ]);
    const twice = [cut, { ...cut, episode: `${first.name}.2` }, whole(second)];
    expect(namesOf(remaining(items, twice, SETTLE_MS))[0]).to.equal(`${first.name}.3`);
    const mended = [cut, { ...whole(first), episode: `${first.name}.2` }, whole(second)];
    expect(namesOf(remaining(items, mended, SETTLE_MS))).to.deep.equal(namesOf(episodes.slice(2)));
  });

  it('has the time without attacks before validation only while that has not begun', () => {
    const learned = episodes.slice(0, 7).map((one) => whole(one));
    const begun = remaining(items, learned, SETTLE_MS);
    expect(begun[0]).to.include({ kind: 'quiet', beginsValidation: true });
    const further = remaining(items, [...learned, whole(episodes[7] as PlannedEpisode)], SETTLE_MS);
    expect(further[0]).to.deep.equal({ kind: 'quiet', durationMs: SETTLE_MS });
    expect(further.filter(({ kind }) => kind === 'quiet')).to.have.length(1);
  });
});

describe('lab:nodes, how far it is', () => {
  it('is told by the node that has most left, of whose first item some time is over', () => {
    const items = itemsOf('attacked-5.10');
    const [longer, shorter] = [items, items.slice(-1)].map((left) => ({ items: left, sinceMs: 0 }));
    if (longer === undefined || shorter === undefined) throw new Error('no items');
    expect(progressLine([longer, shorter], 20, 0)).to.equal('9 of 20 episodes, about 25m left');
    expect(progressLine([longer, shorter], 20, 60_000)).to.equal('9 of 20 episodes, about 24m left');
    // An item that takes longer than planned takes nothing from the others.
    expect(progressLine([longer], 20, 9_000_000)).to.equal('10 of 20 episodes, about 20m left');
    expect(progressLine([{ items: [], sinceMs: 0 }], 20, 0)).to.equal('20 of 20 episodes, about 0s left');
  });
});
