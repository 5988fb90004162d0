#!/usr/bin/env node
/**
 * `npm run test:siege`: the exporter as the manifests run it, under attack. First beside each kind of hostile clients alone, then
 * with everything at once: hostile clients, floods of programs, connections, lines and namespaces, a dead mount, and marked events of
 * known owners between them. Exit code 1: a scrape was late, memory grew, or a marked event was lost or blamed on another.
 */
import { availableParallelism, loadavg, release } from 'node:os';
import { InvalidArgumentError } from 'commander';
import { runCommand, UsageError } from '../../common/cli.ts';
import { Program } from '../../common/flags.ts';
import { onGround } from './ground.ts';
import { HOSTILE_KINDS, type HostileKind } from './hostile/kinds.ts';
import { roundsReport, siegeReport, tell } from './report.ts';
import { rounds } from './rounds.ts';
import { FLOOD_NAMES, siege } from './siege.ts';

interface Flags {
  readonly minutes: number;
  readonly each: number;
  readonly marks: number;
  readonly seed: number;
  readonly scale: number;
  readonly connections: number;
  readonly crowd: number;
  readonly only?: readonly string[];
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It is a number from 0 on.');
}

function kindsOf(only: readonly string[] | undefined): readonly HostileKind[] {
  const unknown = only?.find((name) => !HOSTILE_KINDS.some((kind) => kind === name));
  if (unknown !== undefined)
    throw new UsageError(
      `--only ${unknown}: there are ${HOSTILE_KINDS.map((kind) => `"${kind}"`).join(', ')}`,
    );
  return HOSTILE_KINDS.filter((kind) => only?.includes(kind) ?? true);
}

async function run(flags: Flags): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new UsageError('cgroups, mounts and namespaces take root: run this as root');
  const kinds = kindsOf(flags.only);
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => stopping.abort(`interrupted by ${name}`));
  const { signal } = stopping;
  const load = loadavg().map((one) => one.toFixed(1));
  tell(
    `Linux ${release()}, ${availableParallelism()} CPUs, Node ${process.versions.node}, load ${load.join(' ')}`,
  );
  const problems: string[] = [];
  if (flags.each > 0) {
    const options = { seconds: flags.each, connections: flags.connections, kinds };
    const found = await onGround(signal, (ground) => rounds(ground, options, tell));
    problems.push(...roundsReport(found));
  }
  if (flags.minutes > 0) {
    const { marks, seed, scale, crowd } = flags;
    const options = {
      seconds: flags.minutes * 60,
      marks,
      seed,
      scale,
      connections: crowd,
      kinds,
      floods: FLOOD_NAMES,
    };
    const findings = await onGround(signal, (ground) => siege(ground, options, tell));
    problems.push(...siegeReport(findings));
  }
  for (const problem of problems) process.stdout.write(`WRONG: ${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
}

const command = new Program('test:siege')
  .description('Attacks the exporter with everything at once, and holds it to what it promises.')
  .option('--minutes <number>', 'how long everything at once lasts; 0 leaves it out', number, 30)
  .option(
    '--each <seconds>',
    'how long each kind of hostile clients alone lasts; 0 leaves them out',
    number,
    20,
  )
  .option('--connections <number>', 'of each kind alone', number, 500)
  .option('--crowd <number>', 'of each kind, when all are there at once', number, 60)
  .option('--marks <number>', 'events of known owners', number, 1_000)
  .option('--seed <number>', 'of their times and owners', number, 1)
  .option('--scale <factor>', 'of the rates of the floods', number, 1)
  .option('--only <kind...>', `these hostile clients alone, of ${HOSTILE_KINDS.join(', ')}`)
  .allowExcessArguments(false)
  .action(run);
await runCommand(command);
