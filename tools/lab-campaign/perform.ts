/** Carries a plan out on a node of its own, and has the builder make datasets of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Stage } from '../../test/scenarios/support/campaign.ts';
import { CAMPAIGN_FILE, type Campaign } from './campaign-file.ts';
import { type Batch, FRACTIONS, SPLIT_SEED } from './plan.ts';

const MS_PER_MINUTE = 60_000;
/** Before the first episode and after the last. */
const QUIET_MS = 60_000;
/** Longer than a busy machine needs for a scrape. */
const STEP_MS = 2_000;
/** Rows that each part must have of each class, of benign workloads, and of time without any: less than half of what there would be if no scrape were late. */
const MINIMUM = { class: 7, benign: 50, normal: 30 };

const ABOUT = {
  name: 'lab-campaign',
  description:
    'All scenarios of Kubevigil that need no cluster, in three seeds, several at a time in pods of a node of its own, with benign workloads among them.',
  license: 'CC-BY-4.0',
};
const SPLIT = {
  by: 'episode',
  seed: SPLIT_SEED,
  stratify: ['scenario', 'role'],
  fractions: [...FRACTIONS],
  minimum: MINIMUM,
};

/** Where the datasets are, in the folder that is asked for. */
export const datasetsIn = (output: string) => ({ pod: join(output, 'pods'), node: join(output, 'nodes') });

/**
 * Runs all batches and builds a dataset of pods and one of nodes.
 *
 * @param output a folder in which there are no such datasets yet
 * @param tell gets a line for each batch
 */
export async function perform(
  plan: readonly Batch[],
  pods: number,
  output: string,
  tell: (line: string) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kubevigil-campaign-'));
  const startedMs = Date.now();
  const loads: number[] = [];
  const failures: Campaign['failures'][number][] = [];
  let stage: Stage | undefined;
  try {
    stage = await Stage.open(folder, pods, STEP_MS);
    await sleep(QUIET_MS);
    for (const [i, { seed, turns, normalMs }] of plan.entries()) {
      const names = turns.map(({ scenario }) => scenario.name);
      await stage.perform(turns, normalMs, `seed-${seed}`);
      loads.push(loadavg()[0] as number);
      tell(`${i + 1} of ${plan.length}, seed ${seed}: ${names.join(', ')}`);
      for (const scenario of names) {
        const why = stage.failureOf(scenario);
        if (why !== undefined) failures.push({ seed, scenario, why });
      }
    }
    await sleep(QUIET_MS);
    const campaign: Campaign = {
      date: new Date(startedMs).toISOString().slice(0, 10),
      kernel: release(),
      cpus: availableParallelism(),
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      pods,
      stepSeconds: STEP_MS / 1_000,
      minutes: Math.round((Date.now() - startedMs) / MS_PER_MINUTE),
      load: { mean: loads.reduce((sum, one) => sum + one, 0) / loads.length, most: Math.max(...loads) },
      batches: plan.map(({ seed, turns }) => ({
        seed,
        turns: turns.map(({ scenario, pod, intensity, durationMs }) => ({
          ...{ scenario: scenario.name, pod: pod + 1, intensity, seconds: durationMs / 1_000 },
        })),
      })),
      failures,
    };
    const file = join(folder, CAMPAIGN_FILE);
    writeFileSync(file, `${JSON.stringify(campaign, null, 1)}\n`);
    const { seed, ...split } = SPLIT;
    for (const [entity, place] of Object.entries(datasetsIn(output))) {
      const config = {
        about: { ...ABOUT, name: `${ABOUT.name}-${entity}s` },
        seed,
        split,
        provenance: [file],
      };
      tell((await stage.build(entity as 'pod' | 'node', place, config)).trimEnd());
    }
  } finally {
    await stage?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
