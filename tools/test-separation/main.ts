#!/usr/bin/env node
/**
 * `npm run test:separation`: a campaign of all scenarios in three intensities on a node of its own, the datasets that the builder makes of it, and how
 * well a single feature tells each class in them. `npm run generate` makes docs/reference/separation.md of what was found.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, UsageError } from '../../common/cli.ts';
import { Program } from '../../common/flags.ts';
import { SCENARIOS } from '../../scenarios/registry/registry.ts';
import type { Scenario } from '../../scenarios/scenario/scenario.ts';
import { batchesOf, untold } from '../../test/scenarios/support/batches.ts';
import { Stage } from '../../test/scenarios/support/campaign.ts';
import { podsRefusal } from '../../test/support/pod.ts';
import { writeSeparations } from './results.ts';
import { separationsOf } from './separation.ts';

const INTENSITIES = [0.3, 0.6, 1];
const PODS = 5;

const tell = (line: string) => process.stdout.write(`${line}\n`);

/** Whether rows of its pod show nothing of it: then it has to be on alone, so that its node's rows are about nothing else. */
const isOfNode = (scenario: Scenario) => scenario.moves.every((column) => untold(scenario).includes(column));

/** Batches for one intensity, each time in another order. */
function batches(scenarios: readonly Scenario[], seed: number): Scenario[][] {
  const alone = scenarios.filter(isOfNode).map((one) => [one]);
  const others = scenarios.filter((one) => !isOfNode(one));
  return [...batchesOf(others, PODS, seed), ...alone];
}

async function run({ only }: { readonly only?: readonly string[] }): Promise<void> {
  const refusal = podsRefusal();
  if (refusal !== undefined) throw new UsageError(`this takes a node of its own: ${refusal}`);
  const scenarios = SCENARIOS.filter(
    ({ name, needsCluster }) => needsCluster !== true && (only?.includes(name) ?? true),
  );
  const folder = mkdtempSync(join(tmpdir(), 'kubevigil-separation-'));
  let stage: Stage | undefined;
  try {
    stage = await Stage.open(folder, PODS);
    for (const [i, intensity] of INTENSITIES.entries()) {
      const planned = batches(scenarios, i + 1);
      tell(`intensity ${intensity}: ${scenarios.length} scenarios in ${planned.length} batches`);
      await stage.run(planned, intensity);
    }
    const { node, pods } = await stage.dataset();
    const attacks = scenarios.filter(({ role }) => role === 'attack');
    const names = (all: readonly Scenario[]) => all.map(({ name }) => name);
    const found = new Map([
      ...separationsOf(pods, 'pod', names(attacks.filter((one) => !isOfNode(one)))),
      ...separationsOf(node, 'node', names(attacks.filter(isOfNode))),
    ]);
    const failed = names(scenarios).flatMap((name) => {
      const failure = stage?.failureOf(name);
      return failure === undefined ? [] : [[name, failure] as const];
    });
    for (const [name, { entity, best, perfect }] of found)
      tell(
        `${name} (${entity} rows): ${best.column} ${best.auc}; told by one feature: ${perfect.join(', ') || 'no'}`,
      );
    for (const [, failure] of failed) tell(failure);
    if (only !== undefined) return;
    writeSeparations({
      date: new Date().toISOString().slice(0, 10),
      kernel: release(),
      intensities: INTENSITIES,
      failures: Object.fromEntries(failed),
      classes: Object.fromEntries(found),
    });
    tell('npm run generate writes docs/reference/separation.md');
  } finally {
    await stage?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const program = new Program('test:separation')
  .description('Run all scenarios in three intensities, and tell how well one feature tells each class.')
  .option('--only <names...>', 'these scenarios alone; nothing is written then')
  .allowExcessArguments(false)
  .action(run);
await runCommand(program);
