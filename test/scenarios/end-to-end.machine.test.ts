import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SCENARIOS } from '../../scenarios/registry/registry.ts';
import { skip } from '../support/skip.ts';
import { STEP_MS, Stage } from './support/campaign.ts';
import { type Judgement, judge } from './support/effects.ts';
import { needsNode } from './support/node.ts';
import { type Verdict, verdictOn } from './support/verdict.ts';

/** `npm run test:scenarios` runs three. */
const SEEDS = (process.env['KUBEVIGIL_SCENARIO_SEEDS'] ?? '1').split(',').map(Number);
/** Others may use this machine: what a disturbed column could not show is tried again so often. */
const MOST_PASSES = 3;
/** Of a seed, with all passes. */
const TIMEOUT_MS = 900_000;

/** All that run without a cluster. */
const SHOWN = SCENARIOS.filter(({ needsCluster }) => needsCluster !== true);

/** The columns of each of a scenario's episodes. */
async function judgedBy(stage: Stage): Promise<Map<string, Judgement[][]>> {
  const { episodes, node, pod } = await stage.dataset();
  const ofNode = judge(node, episodes, 'node', STEP_MS);
  const ofPod = judge(pod, episodes, 'pod', STEP_MS);
  const found = new Map<string, Judgement[][]>(SHOWN.map(({ name }) => [name, []]));
  for (const episode of episodes) {
    const judgements = [...(ofNode.get(episode) ?? []), ...(ofPod.get(episode) ?? [])];
    found.get(episode.scenario)?.push(judgements);
  }
  return found;
}

async function verdicts(stage: Stage, seed: number): Promise<Map<string, Verdict>> {
  let pending = SHOWN;
  let found = new Map<string, Verdict>();
  for (let pass = 0; pass < MOST_PASSES && pending.length > 0; pass++) {
    await stage.run(pending, seed + pass);
    const judged = await judgedBy(stage);
    found = new Map(SHOWN.map((one) => [one.name, verdictOn(one, judged.get(one.name) ?? [])]));
    pending = SHOWN.filter(({ name }) => (found.get(name)?.wrong.length ?? 0) > 0);
  }
  return found;
}

describe('scenarios, end to end', () => {
  before(needsNode);

  for (const seed of SEEDS) {
    describe(`in the order of seed ${seed}`, () => {
      let found: Map<string, Verdict>;

      before(async function () {
        this.timeout(TIMEOUT_MS);
        const folder = mkdtempSync(join(tmpdir(), 'kubevigil-test-'));
        let stage: Stage | undefined;
        try {
          stage = await Stage.open(folder);
          found = await verdicts(stage, seed);
        } finally {
          await stage?.close();
          rmSync(folder, { recursive: true, force: true });
        }
      });

      for (const { name, role, moves } of SHOWN) {
        const what =
          role === 'attack' ? `moves ${moves.join(', ')}, and lets go` : 'moves what it says alone';
        it(`${name} ${what}`, function () {
          const { wrong, unseen } = found.get(name) as Verdict;
          expect(wrong).to.deep.equal([]);
          if (unseen.length > 0) skip(this, `this machine is too busy to show ${unseen.join('; ')}`);
        });
      }
    });
  }
});
