import { expect } from 'chai';
import fc from 'fast-check';
import type { SplitConfig } from '../../../builder/config/schema.ts';
import { labeller } from '../../../builder/labels/label-rows.ts';
import { splitter } from '../../../builder/splits/split.ts';
import type { Episode } from '../../../dataset/episodes/contract.ts';
import type { Split } from '../../../dataset/model/rows.ts';

const STEP_MS = 15_000;
const ROWS = 400;
const FIRST_MS = Date.UTC(2026, 2, 29);
const REACH_MS = 37_500;
const TIMES = {
  firstMs: FIRST_MS,
  lastMs: FIRST_MS + (ROWS - 1) * STEP_MS,
  stepMs: STEP_MS,
  recoveryMs: STEP_MS,
  reachMs: REACH_MS,
};
const FRACTIONS: [number, number, number] = [0.7, 0.15, 0.15];
const timesMs = Float64Array.from({ length: ROWS }, (_, i) => FIRST_MS + i * STEP_MS);

function episodeAt(startMs: number, lengthMs: number, i: number, role = 'attack'): Episode {
  const common = { namespace: '', pod: '', role, run: '', place: 'e.csv line 2' };
  return { episode: `e${i}`, scenario: 'x', startMs, endMs: startMs + lengthMs, node: 'a', ...common };
}

const someEpisodes = fc
  .array(fc.tuple(fc.nat((ROWS - 2) * STEP_MS), fc.integer({ min: 1, max: 20 * STEP_MS })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((all) => all.map(([offset, length], i) => episodeAt(FIRST_MS + offset, length, i)));

function splitsOf(
  config: SplitConfig,
  episodes: readonly Episode[],
  node = 'a',
  seed = 's',
): readonly Split[] {
  const rows = labeller(episodes, TIMES).label({ cluster: '', node, timesMs, features: [] });
  return splitter(config, seed, episodes, TIMES, 0).split(rows).splits;
}

/** The parts that the rows of an episode, its recovery included, lie in. */
function partsOf({ startMs, endMs }: Episode, splits: readonly Split[]): Set<Split> {
  const own = splits.filter((_, i) => {
    const t = timesMs[i] as number;
    return t >= startMs && t - STEP_MS < endMs + TIMES.recoveryMs;
  });
  return new Set(own);
}

const byTime: SplitConfig = { by: 'time', fractions: FRACTIONS };
const byEpisode: SplitConfig = { by: 'episode', fractions: FRACTIONS };

describe('builder/splits/split', () => {
  for (const config of [byTime, byEpisode]) {
    it(`never lets an episode lie in two parts, nor in the embargo (by ${config.by})`, () => {
      fc.assert(
        fc.property(someEpisodes, (episodes) => {
          const splits = splitsOf(config, episodes);
          for (const episode of episodes) {
            const parts = partsOf(episode, splits);
            expect(parts.size).to.be.at.most(1);
            expect(parts.has('embargo')).to.equal(false);
          }
        }),
      );
    });

    it(`never lets features of one part reach into another (by ${config.by})`, () => {
      fc.assert(
        fc.property(someEpisodes, (episodes) => {
          const splits = splitsOf(config, episodes);
          splits.forEach((split, i) => {
            if (split === 'embargo') return;
            const reached = splits.filter(
              (_, j) => j <= i && (timesMs[j] as number) > (timesMs[i] as number) - REACH_MS,
            );
            expect(reached.filter((other) => other !== split && other !== 'embargo')).to.deep.equal([]);
          });
        }),
      );
    });
  }

  it('divides time by the fractions where no episode is in the way', () => {
    const splits = splitsOf(byTime, []);
    const count = (part: Split) => splits.filter((split) => split === part).length;
    expect([count('train'), count('embargo'), count('validation'), count('test')]).to.deep.equal([
      280, 4, 58, 58,
    ]);
  });

  it('moves a bound past the episode that it would cut', () => {
    const bound = FIRST_MS + 279 * STEP_MS;
    const { description } = splitter(byTime, 's', [episodeAt(bound - STEP_MS, 4 * STEP_MS, 0)], TIMES, 0);
    expect(description.bounds?.[0]).to.equal(new Date(bound + 4 * STEP_MS).toISOString());
  });

  it('takes bounds as given, for a dataset that grows', () => {
    const config: SplitConfig = { ...byTime, bounds: ['2026-03-29T00:10:00Z', '2026-03-29T00:20:00Z'] };
    expect(splitter(config, 's', [], TIMES, 0).description.bounds).to.deep.equal([
      '2026-03-29T00:10:00.000Z',
      '2026-03-29T00:20:00.000Z',
    ]);
  });

  it('puts a node in one part, that depends on the seed and its name alone', () => {
    const names = Array.from({ length: 60 }, (_, i) => `node-${i}`);
    const parts = (seed: string) =>
      names.map((name) => splitsOf({ by: 'node', fractions: FRACTIONS }, [], name, seed));
    const first = parts('a');
    expect(first.every((splits) => new Set(splits).size === 1)).to.equal(true);
    expect(parts('a')).to.deep.equal(first);
    expect(parts('b')).not.to.deep.equal(first);
    expect(first.filter(([split]) => split === 'train').length).to.be.within(30, 54);
  });

  it('keeps nodes together that were in the same episode', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const shared = fc.array(fc.tuple(fc.nat(3), fc.constantFrom(...names)), { maxLength: 8 });
    fc.assert(
      fc.property(shared, fc.string(), (pairs, seed) => {
        const episodes = pairs.map(([i, node]) => ({ ...episodeAt(FIRST_MS, STEP_MS, i), node }));
        const config: SplitConfig = { by: 'node', fractions: FRACTIONS };
        for (const { episode } of episodes) {
          const own = episodes.filter((other) => other.episode === episode);
          const parts = own.map(({ node }) => splitsOf(config, episodes, node, seed)[0]);
          expect(new Set(parts).size).to.equal(1);
        }
      }),
    );
  });
});
