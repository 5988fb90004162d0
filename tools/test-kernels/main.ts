#!/usr/bin/env node
/**
 * `npm run test:kernels`: the exporter in other kernels, one machine after the other, by qemu without KVM. In each its causes are
 * made and its pages held between what the kernel's own files say before and after. Exit code 1: something was wrong.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, UsageError } from '../../common/cli.ts';
import { Program } from '../../common/flags.ts';
import { assetsOf } from '../guests/assets.ts';
import { findQemu } from '../guests/find-qemu.ts';
import { productDisk, productFolder } from '../guests/product.ts';
import { CACHE } from '../programs/paths.ts';
import { boot } from './boot.ts';
import type { Result } from './guest/result.ts';
import { MACHINES, type Machine } from './machines.ts';
import { mutate, WRONG_FACTOR } from './mutation.ts';
import { problemsOf, tableOf } from './table.ts';

interface Flags {
  readonly only?: string[];
  readonly check?: string[];
  readonly mirror?: string;
  readonly fresh: boolean;
  readonly mutate: boolean;
}

const tell = (line: string) => process.stderr.write(`${line}\n`);

/** @throws {UsageError} for a name that there is not */
function machinesOf({ only, mutate: isMutated }: Flags): Machine[] {
  const names = MACHINES.map(({ name }) => name);
  const unknown = (only ?? []).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new UsageError(`--only ${unknown}: there are ${names.join(', ')}`);
  const chosen = MACHINES.filter(({ name }) => only?.includes(name) ?? true);
  return isMutated ? chosen.slice(0, 1) : chosen;
}

/** What all machines found, by their names. */
async function runAll(
  machines: readonly Machine[],
  flags: Flags,
  folder: string,
): Promise<Map<string, Result[]>> {
  const qemu = await findQemu(tell);
  const assets = await assetsOf({ mirror: flags.mirror, fresh: flags.fresh }, tell);
  tell('packing the product');
  const packed = join(folder, 'product');
  await productFolder(packed, 'tools/test-kernels/guest');
  if (flags.mutate) mutate(packed, WRONG_FACTOR);
  const product = join(folder, 'product.img');
  await productDisk(packed, product);
  const findings = new Map<string, Result[]>();
  for (const machine of machines) {
    tell(`booting ${machine.name}`);
    const onResult = ({ check, problems, seconds }: Result) => {
      if (check === 'end') return;
      tell(`${machine.name} ${check}: ${problems.length === 0 ? 'ok' : 'WRONG'} (${seconds.toFixed(0)} s)`);
      for (const problem of problems) tell(`  ${problem}`);
    };
    const checks = flags.mutate ? ['start'] : (flags.check ?? []);
    findings.set(machine.name, await boot(machine, { qemu, assets, product, folder, checks, onResult }));
  }
  return findings;
}

/** Prints the table, and what was wrong or, of a build with a wrong factor, not found. */
function report(findings: Map<string, Result[]>, { mutate: isMutated }: Flags, ms: number): void {
  const lines = [tableOf(findings), `${(ms / 60_000).toFixed(1)} minutes in all`];
  const problems = problemsOf(findings);
  const caught = problems.filter((problem) => WRONG_FACTOR.found.test(problem.replace(/^.*?: /, '')));
  if (isMutated) {
    const outcome = caught.length === 0 ? 'NOT caught' : 'caught';
    lines.push(`${WRONG_FACTOR.from} made ${WRONG_FACTOR.to}: ${outcome}`, ...caught);
  } else lines.push(...problems);
  process.stdout.write(`\n${lines.join('\n')}\n`);
  if (isMutated ? caught.length === 0 : problems.length > 0) process.exitCode = 1;
}

async function run(flags: Flags): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new UsageError('making disks of foreign systems takes root: run this as root');
  const machines = machinesOf(flags);
  const from = performance.now();
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'kernels-run-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  // So that the above is done, and the machine that is on is ended, also when this is interrupted.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  report(await runAll(machines, flags, folder), flags, performance.now() - from);
}

const command = new Program('test:kernels')
  .description('Runs the exporter in other kernels and holds what it says against theirs.')
  .option('--only <kernel...>', `these alone, of ${MACHINES.map(({ name }) => name).join(', ')}`)
  .option('--check <name...>', 'these checks alone, after start')
  .option('--mirror <url>', "Debian's mirror (default: the one of this machine's apt)")
  .option('--fresh', 'fetch kernels and packages anew', false)
  .option('--mutate', 'with one wrong factor in the build, which must be caught', false)
  .allowExcessArguments(false)
  .action(run);
await runCommand(command);
