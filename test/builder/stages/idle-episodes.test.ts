import { expect } from 'chai';
import { checkNodes, idleEpisodes } from '../../../builder/stages/idle-episodes.ts';
import { wholeMs } from '../../../common/ms.ts';
import type { Episode } from '../../../dataset/episodes/contract.ts';

const TIMES = { firstMs: wholeMs(1_000), lastMs: wholeMs(60_000), stepMs: wholeMs(1_000), shard: undefined };
const ROWS = [
  { cluster: 'east', node: 'worker-1' },
  { cluster: 'east', node: 'worker-2' },
];

const episode = (own: Partial<Episode>): Episode => ({
  ...{ episode: 'e1', scenario: 'cpu_burn', startMs: 10_000, endMs: 20_000, node: 'worker-1' },
  ...{ namespace: '', pod: '', role: 'attack', run: '', place: 'e.csv line 2', ...own },
});
const told = (kind: string, ...all: Partial<Episode>[]) => [
  { source: { kind, episodes: all.length }, episodes: all.map(episode), warnings: [] },
];

describe('episodes about nodes of which there are no rows', () => {
  it('are refused, with the name that may have been meant', () => {
    for (const kind of ['episodes', 'metric'])
      expect(() => checkNodes(told(kind, { node: 'worker1' }), TIMES, ROWS)).to.throw(
        /^e\.csv line 2: episode e1 is about a node .*: worker1: did you mean worker-1\?; mend the names .*--allow-other-nodes$/,
      );
    expect(() => checkNodes(told('episodes', { node: 'other' }, {}), TIMES, ROWS)).to.throw(
      /other: there are rows of worker-1, worker-2;/,
    );
    expect(() => checkNodes(told('episodes', { cluster: 'east', node: 'x' }), TIMES, ROWS)).to.throw(
      /east\/x/,
    );
  });

  it('are no error where they can be meant: of another cluster or time, of alerts, in a shard', () => {
    checkNodes(told('episodes', {}, { cluster: 'west', node: 'worker-9' }), TIMES, ROWS);
    checkNodes(told('episodes', { node: 'gone', startMs: 70_000, endMs: 80_000 }), TIMES, ROWS);
    checkNodes(told('promql', { node: 'control-plane' }), TIMES, ROWS);
    checkNodes(told('episodes', { node: 'x' }), { ...TIMES, shard: { index: 0, count: 2 } }, ROWS);
    expect(idleEpisodes(told('promql', { node: 'control-plane' }), TIMES, ROWS)).to.deep.equal([
      'e.csv line 2: episode e1 is about node control-plane, of which there are no rows',
    ]);
  });
});
