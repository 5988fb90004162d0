import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SCENARIOS } from '../../scenarios/registry/registry.ts';
import { skip } from '../support/skip.ts';
import { batchesOf } from './support/batches.ts';
import { Stage } from './support/campaign.ts';
import { needsNode } from './support/node.ts';
import { type Verdict, verdictOn } from './support/verdict.ts';

/** `npm run test:scenarios` runs three. */
const SEEDS = (process.env['KUBEVIGIL_SCENARIO_SEEDS'] ?? '1').split(',').map(Number);
/** Others may use this machine: what a disturbed column could not show is tried again so often. */
const MOST_PASSES = 3;
/** Of a seed, with all passes. */
const TIMEOUT_MS = 900_000;

/** Names of some scenarios, for whoever works on them. */
const ONLY = process.env['KUBEVIGIL_SCENARIOS']?.split(',');
const CHOSEN = SCENARIOS.filter(({ name }) => ONLY?.includes(name) ?? true);
const SHOWN = CHOSEN.filter(({ needsCluster }) => needsCluster !== true);

/** Each can have a scenario at a time. */
const PODS = 6;

async function verdicts(stage: Stage, seed: number): Promise<Map<string, Verdict>> {
  let batches = batchesOf(SHOWN, PODS, seed);
  const found = new Map<string, Verdict>();
  for (let pass = 0; pass < MOST_PASSES && batches.length > 0; pass++) {
    await stage.run(batches);
    const judged = await stage.judged();
    // What was right stays right, whatever the machine does later.
    for (const one of batches.flat())
      found.set(one.name, verdictOn(one, judged.get(one.name) ?? [], stage.failureOf(one.name)));
    // What was not right in company is tried alone.
    batches = SHOWN.filter(({ name }) => (found.get(name)?.wrong.length ?? 0) > 0).map((one) => [one]);
  }
  return found;
}

describe('scenarios, end to end', () => {
  before(needsNode);

  for (const { name } of CHOSEN.filter(({ needsCluster }) => needsCluster === true))
    it(`${name} moves what it says in a cluster`, function () {
      skip(this, `${name} needs a cluster, whose API server makes pods: npm run test:cluster`);
    });

  for (const seed of SEEDS) {
    describe(`in the order of seed ${seed}`, () => {
      let found: Map<string, Verdict>;
      let labelled: ReturnType<Stage['labelled']>;

      before(async function () {
        this.timeout(TIMEOUT_MS);
        const folder = mkdtempSync(join(tmpdir(), 'kubevigil-test-'));
        let stage: Stage | undefined;
        try {
          stage = await Stage.open(folder, PODS);
          found = await verdicts(stage, seed);
          labelled = stage.labelled();
        } finally {
          await stage?.close();
          rmSync(folder, { recursive: true, force: true });
        }
      });

      it('labels the rows of pods by what they had to do with it', () => {
        expect(labelled.wrong).to.deep.equal([]);
        expect(labelled.rows).to.be.above(0);
      });

      for (const { name, role, moves } of SHOWN) {
        const what =
          role === 'attack' ? `moves ${moves.join(', ')}, and lets go` : 'moves what it says alone';
        it(`${name} ${what}`, function () {
          const { wrong, unseen } = found.get(name) as Verdict;
          expect(wrong).to.deep.equal([]);
          if (unseen.length > 0) skip(this, unseen.join('; '));
        });
      }
    });
  }
});
