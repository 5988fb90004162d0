import { expect } from 'chai';
import { configSchema } from '../../../builder/config/schema.ts';
import { labeller } from '../../../builder/labels/label-rows.ts';
import { splitter } from '../../../builder/splits/split.ts';
import { frozenSplit } from '../../../builder/stream/frozen-split.ts';
import type { Episode } from '../../../dataset/episodes/contract.ts';
import { manifestWith } from '../support/manifests.ts';
import { STEP_MS } from '../support/plans.ts';

const FIRST_MS = Date.UTC(2026, 10, 23);
const STEPS = 400;
const timesMs = Float64Array.from({ length: STEPS }, (_, i) => FIRST_MS + i * STEP_MS);
const TIMES = { stepMs: STEP_MS, recoveryMs: STEP_MS, reachMs: 3 * STEP_MS };
const OPEN = { ...TIMES, firstMs: Number.NEGATIVE_INFINITY, lastMs: Number.POSITIVE_INFINITY };
const BUILT = { ...TIMES, firstMs: FIRST_MS, lastMs: FIRST_MS + (STEPS - 1) * STEP_MS };

const rows = labeller([], BUILT).label({ cluster: '', node: 'a', timesMs, features: [] });

function episode(name: string, first: number, last: number): Episode {
  const common = { scenario: 'x', node: 'a', namespace: '', pod: '', role: 'attack', run: '', place: '' };
  return { episode: name, startMs: FIRST_MS + first * STEP_MS, endMs: FIRST_MS + last * STEP_MS, ...common };
}

describe('builder/stream/frozen-split', () => {
  it("is the built dataset's, whatever comes after it", () => {
    const config = configSchema.parse({ split: { by: 'time' } });
    const episodes = [episode('e1', 275, 285), episode('e2', 335, 345)];
    const built = splitter(config.split, config.seed, episodes, BUILT, 0);
    const manifest = manifestWith({ split: { ...manifestWith().split, ...built.description } as never });
    const later = [...episodes, episode('e3', 286, 500), episode('e4', 380, 900)];
    const frozen = frozenSplit(config, manifest, later, OPEN, 0);
    expect(new Set(built.split(rows).splits)).to.deep.equal(
      new Set(['train', 'embargo', 'validation', 'test']),
    );
    expect(frozen?.split(rows).splits).to.deep.equal(built.split(rows).splits);
  });

  it("is the configuration's bounds where nothing was built, or something else", () => {
    const bounds = [100, 200].map((step) => new Date(FIRST_MS + step * STEP_MS).toISOString());
    const config = configSchema.parse({ split: { by: 'time', bounds } });
    const wanted = splitter(config.split, config.seed, [], BUILT, 0).split(rows).splits;
    expect(frozenSplit(config, undefined, [], OPEN, 0)?.split(rows).splits).to.deep.equal(wanted);
    const other = manifestWith({ split: { ...manifestWith().split, by: 'node' } });
    expect(frozenSplit(config, other, [], OPEN, 0)?.split(rows).splits).to.deep.equal(wanted);
  });

  it('is by node what it would be', () => {
    const config = configSchema.parse({ split: { by: 'node' } });
    const wanted = splitter(config.split, config.seed, [], BUILT, 0).split(rows).splits;
    expect(frozenSplit(config, undefined, [], OPEN, 0)?.split(rows).splits).to.deep.equal(wanted);
  });

  it('is not decided for fractions of a time without an end, nor by episodes to come', () => {
    for (const by of ['time', 'episode'])
      expect(frozenSplit(configSchema.parse({ split: { by } }), undefined, [], OPEN, 0)).to.equal(undefined);
  });
});
