#!/usr/bin/env node
/**
 * `npm run lab:campaign`: all scenarios in three seeds on a node of its own, a dataset of the pods and one of the node, and what they are worth as a
 * benchmark. `npm run generate` makes docs/reference/benchmark.md of what was found.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { runCommand, UsageError } from '../../common/cli.ts';
import { Program } from '../../common/flags.ts';
import { SCENARIOS } from '../../scenarios/registry/registry.ts';
import { podsRefusal } from '../../test/support/pod.ts';
import { judged } from './judge.ts';
import { datasetsIn, perform } from './perform.ts';
import { planOf } from './plan.ts';
import { summaryOf, writeBenchmark } from './results.ts';

const SEEDS = [1, 2, 3];
const PODS = 8;

interface Flags {
  readonly output: string;
  readonly only?: readonly string[];
  readonly judge?: true;
  readonly note?: string;
}

const tell = (line: string) => void process.stdout.write(`${line}\n`);

async function run({ output: place, only, judge: judgeOnly, note }: Flags): Promise<void> {
  const output = resolve(place);
  const datasets = datasetsIn(output);
  if (judgeOnly !== true) {
    const refusal = podsRefusal();
    if (refusal !== undefined) throw new UsageError(`this takes a node of its own: ${refusal}`);
    const there = Object.values(datasets).find((folder) => existsSync(folder));
    if (there !== undefined)
      throw new UsageError(`${there} is there already: remove it, or give --judge to judge it`);
    const unknown = only?.find((name) => !SCENARIOS.some((scenario) => scenario.name === name));
    if (unknown !== undefined) throw new UsageError(`--only ${unknown}: there is no such scenario`);
    mkdirSync(output, { recursive: true });
    const chosen = SCENARIOS.filter(
      ({ name, needsCluster }) => needsCluster !== true && (only?.includes(name) ?? true),
    );
    await perform(planOf(chosen, SEEDS, PODS), PODS, output, tell);
  }
  const pod = await judged(datasets.pod);
  const node = await judged(datasets.node);
  if (only !== undefined) {
    tell(JSON.stringify({ pod, node }, null, 1));
    return;
  }
  const { campaign, ...ofPods } = pod;
  const { campaign: _, ...ofNode } = node;
  writeBenchmark({ campaign: summaryOf(campaign, note), pod: ofPods, node: ofNode });
  tell('npm run generate writes docs/reference/benchmark.md');
}

const program = new Program('lab:campaign')
  .description('Run all scenarios in three seeds, and judge the dataset that the builder makes of it.')
  .option('--output <folder>', 'where the datasets are put', 'lab-output')
  .option('--only <names...>', 'these scenarios alone; results are shown then, and not kept')
  .option('--note <text>', 'a sentence for the page: what else is to be known of this run')
  .option('--judge', 'judge the datasets that are there already')
  .allowExcessArguments(false)
  .action(run);
await runCommand(program);
