import { expect } from 'chai';
import fc from 'fast-check';
import { splitter } from '../../../builder/splits/split.ts';
import type { Episode } from '../../../dataset/episodes/contract.ts';
import { PARTS } from '../../../dataset/model/rows.ts';
import { SCENARIOS } from '../../../scenarios/registry/registry.ts';
import { type Batch, FRACTIONS, INTENSITIES, planOf, SPLIT_SEED } from '../../../tools/lab-campaign/plan.ts';
import { isHungry } from '../../scenarios/support/batches.ts';

const SHOWN = SCENARIOS.filter(({ needsCluster }) => needsCluster !== true);
const SEEDS = [1, 2, 3];
const STEP_MS = 1_000;
const RECOVERY_MS = 6_000;

/** The episodes of a plan, each a little later than those that it is to begin with. */
function episodesOf(plan: readonly Batch[]): Episode[] {
  let startMs = 60_000;
  return plan.flatMap(({ turns, normalMs }) => {
    const own = turns.map(
      ({ scenario, durationMs }, i): Episode => ({
        episode: `${scenario.name}-${startMs}`,
        scenario: scenario.name,
        role: scenario.role,
        startMs: startMs + 20 * i,
        endMs: startMs + 20 * i + durationMs,
        ...{ node: 'n', namespace: '', pod: '', run: '', place: 'plan' },
      }),
    );
    startMs = Math.max(...own.map(({ endMs }) => endMs)) + RECOVERY_MS + normalMs;
    return own;
  });
}

const chosen = fc.subarray([...SHOWN], { minLength: 1 });
const pods = fc.integer({ min: 3, max: 12 });

describe("the lab's campaign", () => {
  it('has each scenario once a seed, in a pod of its own, and at most one that takes what it can get', () => {
    fc.assert(
      fc.property(chosen, pods, (scenarios, count) => {
        const plan = planOf(scenarios, SEEDS, count);
        for (const seed of SEEDS) {
          const turns = plan.filter((batch) => batch.seed === seed).flatMap((batch) => batch.turns);
          expect(turns.map(({ scenario }) => scenario.name)).to.have.members(
            scenarios.map(({ name }) => name),
          );
        }
        for (const { turns } of plan) {
          expect(turns.length).to.be.within(1, count - 2);
          expect(new Set(turns.map(({ pod }) => pod)).size).to.equal(turns.length);
          expect(turns.filter(({ scenario }) => isHungry(scenario)).length).to.be.at.most(1);
          expect(turns.every(({ durationMs }) => durationMs >= 30_000)).to.equal(true);
        }
      }),
    );
  });

  it('has each scenario in each part of the split, and at each intensity', () => {
    fc.assert(
      fc.property(chosen, pods, (scenarios, count) => {
        const plan = planOf(scenarios, SEEDS, count);
        const episodes = episodesOf(plan);
        const { basis } = splitter(
          { by: 'episode', fractions: [...FRACTIONS], stratify: ['scenario', 'role'] },
          SPLIT_SEED,
          episodes,
          {
            ...{ firstMs: STEP_MS, stepMs: STEP_MS, recoveryMs: STEP_MS, reachMs: 2 * STEP_MS },
            lastMs: (episodes.at(-1)?.endMs ?? 0) + 60_000,
          },
          0,
        );
        const parts = new Map<string, Set<unknown>>();
        for (const { scenario, startMs, endMs } of episodes) {
          const steps = Float64Array.from(
            { length: Math.floor((endMs - startMs) / STEP_MS) },
            (_, i) => Math.ceil(startMs / STEP_MS + i) * STEP_MS,
          );
          const found = new Set(basis(steps) as unknown[]);
          expect(found.size, `${scenario} lies in one part`).to.equal(1);
          parts.set(scenario, new Set([...(parts.get(scenario) ?? []), ...found]));
        }
        for (const { name } of scenarios) {
          expect([...(parts.get(name) ?? [])], name).to.have.members([...PARTS]);
          const levels = plan.flatMap(({ turns }) =>
            turns.filter(({ scenario }) => scenario.name === name).map(({ intensity }) => intensity),
          );
          expect(levels).to.have.members([...INTENSITIES]);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('is the same each time, and another for other seeds', () => {
    expect(planOf(SHOWN, SEEDS, 8)).to.deep.equal(planOf(SHOWN, SEEDS, 8));
    expect(planOf(SHOWN, [4, 5, 6], 8)).to.not.deep.equal(planOf(SHOWN, SEEDS, 8));
  });
});
