import { expect } from 'chai';
import fc from 'fast-check';
import { asWholes, chainsOf } from '../../../dataset/episodes/chains.ts';
import type { Episode } from '../../../dataset/episodes/contract.ts';
import { parseEpisodes } from '../../../dataset/episodes/episodes.ts';

const episodes = fc.array(
  fc
    .record({
      chain: fc.constantFrom(undefined, 'night-1', 'night-2'),
      stage: fc.constantFrom('scan', 'mining'),
      episode: fc.integer({ min: 1, max: 9 }).map((number) => `e${number}`),
      startMs: fc.integer({ min: 0, max: 1_000 }),
      lastsMs: fc.integer({ min: 1, max: 200 }),
      node: fc.constantFrom('a', 'b'),
    })
    .map(
      ({ chain, stage, lastsMs, ...one }): Episode => ({
        ...{ ...one, scenario: 'cpu_burn', endMs: one.startMs + lastsMs, namespace: '', pod: '' },
        ...{ role: 'attack', run: '', place: 'a test', ...(chain !== undefined && { chain, stage }) },
      }),
    ),
  { maxLength: 12 },
);

describe('attacks of several stages', () => {
  it('are as long as their stages, and these as their episodes', () => {
    fc.assert(
      fc.property(episodes, (all) => {
        for (const { chain, startMs, endMs, stages, nodes } of chainsOf(all)) {
          const own = all.filter((one) => one.chain === chain);
          expect(startMs).to.equal(Math.min(...own.map((one) => one.startMs)));
          expect(endMs).to.equal(Math.max(...own.map((one) => one.endMs)));
          expect(new Set(nodes)).to.deep.equal(new Set(own.map(({ node }) => node)));
          for (const part of stages) {
            const its = own.filter(({ stage }) => stage === part.stage);
            expect(part.startMs).to.equal(Math.min(...its.map((one) => one.startMs)));
            expect(part.endMs).to.equal(Math.max(...its.map((one) => one.endMs)));
            expect(new Set(part.episodes)).to.deep.equal(new Set(its.map(({ episode }) => episode)));
          }
        }
      }),
    );
  });

  it('are one episode to a split, whose other episodes stay as they are', () => {
    fc.assert(
      fc.property(episodes, (all) => {
        const wholes = asWholes(all);
        expect(wholes).to.have.length(all.length);
        for (const [i, whole] of wholes.entries()) {
          const one = all[i] as Episode;
          if (one.chain === undefined) {
            expect(whole).to.equal(one);
            continue;
          }
          expect(whole.episode).to.equal(one.chain);
          expect(whole.startMs).to.be.at.most(one.startMs);
          expect(whole.endMs).to.be.at.least(one.endMs);
          expect(whole.node).to.equal(one.node);
        }
        const extents = new Set(
          wholes
            .filter(({ chain }) => chain !== undefined)
            .map(({ chain, scenario, startMs, endMs }) => `${chain} ${scenario} ${startMs} ${endMs}`),
        );
        expect(extents.size).to.equal(chainsOf(all).length);
      }),
    );
  });

  it('stand in an episodes file as chain and stage, both or none', () => {
    const header = 'episode,scenario,start,end,node,chain,stage';
    const line = (chain: string, stage: string) =>
      `e1,cpu_burn,1774000000000,1774000060000,a,${chain},${stage}`;
    const [own] = parseEpisodes([header, line('night-1', 'mining')].join('\n'), 'e.csv');
    expect(own).to.include({ chain: 'night-1', stage: 'mining' });
    expect(parseEpisodes([header, line('', '')].join('\n'), 'e.csv')[0]).not.to.have.any.keys(
      'chain',
      'stage',
    );
    for (const [chain, stage] of [
      ['night-1', ''],
      ['', 'mining'],
    ] as const)
      expect(() => parseEpisodes([header, line(chain, stage)].join('\n'), 'e.csv')).to.throw(
        /line 2: chain and stage go together/,
      );
  });
});
