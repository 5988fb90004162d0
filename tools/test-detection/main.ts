#!/usr/bin/env node
/**
 * `npm run test:detection`: each scenario in a pod of a node of its own, under the real exporter and a real Prometheus with the rules and alerts
 * that ship: which rule saw it, which alert fired, after how many seconds. What was found is written after each batch, and what is there is not
 * done again; `npm run generate` makes docs/reference/detection.md of it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { runCommand, UsageError } from '../../common/cli.ts';
import { parseDurationMs } from '../../common/duration.ts';
import { Program } from '../../common/flags.ts';
import { MS_PER_SECOND } from '../../common/ms.ts';
import { SCENARIOS } from '../../scenarios/registry/registry.ts';
import type { Scenario } from '../../scenarios/scenario/scenario.ts';
import { WatchedNode } from '../../test/scenarios/support/watched-node.ts';
import { podsRefusal } from '../../test/support/pod.ts';
import { detectionBatches } from './batches.ts';
import { detect } from './detect.ts';
import { type Detection, readResults, type Seen, writeResults } from './results.ts';

/** As in prometheus/prometheus.yml. */
const INTERVAL_SECONDS = 15;

interface Flags {
  readonly duration: number;
  readonly pods: number;
  readonly only?: readonly string[];
  readonly again?: true;
}

function duration(text: string): number {
  const ms = parseDurationMs(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new InvalidArgumentError('It is a duration such as 150s.');
}

function count(text: string): number {
  if (/^[1-9]\d?$/.test(text) && Number(text) < 60) return Number(text);
  throw new InvalidArgumentError('It is a number from 1 to 59.');
}

const tell = (line: string) => process.stdout.write(`${line}\n`);
const inWords = (found: readonly Seen[]) =>
  found.map(({ name, seconds }) => `${name} after ${seconds} s`).join(', ') || 'none';

function chosen({ only, again }: Flags): Scenario[] {
  const unknown = only?.find((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown !== undefined) throw new UsageError(`--only ${unknown}: there is no such scenario`);
  const known = readResults()?.scenarios ?? {};
  const isKnown = ({ name }: Scenario) => known[name] !== undefined && known[name].failure === undefined;
  const wanted = SCENARIOS.filter(({ name }) => only?.includes(name) ?? true);
  for (const { name } of wanted.filter(({ needsCluster }) => needsCluster === true))
    tell(`${name}: needs a cluster, whose API server makes pods`);
  return wanted.filter(
    (scenario) => scenario.needsCluster !== true && (again === true || !isKnown(scenario)),
  );
}

function keep(found: ReadonlyMap<string, Detection>): void {
  const results = readResults();
  writeResults({
    date: new Date().toISOString().slice(0, 10),
    kernel: release(),
    intervalSeconds: INTERVAL_SECONDS,
    scenarios: { ...results?.scenarios, ...Object.fromEntries(found) },
  });
  for (const [name, { rules, alerts, failure }] of found)
    tell(failure === undefined ? `${name}: rules ${inWords(rules)}; alerts ${inWords(alerts)}` : failure);
}

async function run(flags: Flags): Promise<void> {
  const refusal = podsRefusal();
  if (refusal !== undefined) throw new UsageError(`this takes a node of its own: ${refusal}`);
  const batches = detectionBatches(chosen(flags), flags.pods);
  const scenarios = batches.flat().length;
  tell(
    `${scenarios} scenarios in ${batches.length} batches of ${flags.duration / MS_PER_SECOND} s and a minute`,
  );
  if (scenarios === 0) return;
  const folder = mkdtempSync(join(tmpdir(), 'kubevigil-detection-'));
  let node: WatchedNode | undefined;
  try {
    node = await WatchedNode.start(folder, `${INTERVAL_SECONDS}s`);
    for (const [i, batch] of batches.entries()) {
      tell(`batch ${i + 1} of ${batches.length}: ${batch.map(({ name }) => name).join(', ')}`);
      keep(await detect(node, batch, flags.duration, INTERVAL_SECONDS * MS_PER_SECOND));
    }
  } finally {
    await node?.close();
    rmSync(folder, { recursive: true, force: true });
  }
  tell('npm run generate writes docs/reference/detection.md');
}

const program = new Program('test:detection')
  .description('Run the scenarios against the rules and alerts that ship, and write down what saw them.')
  .option('--duration <duration>', 'of each scenario: alerts wait for minutes', duration, 150_000)
  .option('--pods <n>', 'scenarios that are on at once', count, 10)
  .option('--only <names...>', 'these scenarios alone')
  .option('--again', 'also those of which there is a result')
  .allowExcessArguments(false)
  .action(run);
await runCommand(program);
