import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Assets } from '../guests/assets.ts';
import { emptyDisk, type Hardware } from '../guests/hardware.ts';
import { startGuest } from '../guests/start.ts';
import type { Result } from './guest/result.ts';
import type { Machine } from './machines.ts';

const DATA_BYTES = 256 * 1_048_576;
/** In which nothing more is heard of a machine. */
const SILENCE_MS = 600_000;
const LOOK_MS = 1_000;
const LAST_LINES = 15;

export interface BootOptions {
  readonly qemu: string;
  readonly assets: Assets;
  /** The disk with the product. */
  readonly product: string;
  /** For disks and what the machine writes. */
  readonly folder: string;
  /** Names of the checks that are to run; all when there are none. */
  readonly checks: readonly string[];
  /** Is told of each check as it ends. */
  readonly onResult: (result: Result) => void;
}

function hardwareOf(
  { name, kernel: version, boot }: Machine,
  { assets, product, folder, checks }: BootOptions,
): Hardware {
  const kernel = assets.kernels.get(version);
  if (kernel === undefined) throw new Error(`there is no kernel ${version}`);
  const data = join(folder, `${name}.data`);
  emptyDisk(data, DATA_BYTES);
  const only = checks.length === 0 ? [] : [`lab.checks=${checks.join(',')}`];
  return {
    ...{ kernel, root: assets.disk, disks: [data, product], memoryMiB: 1024 },
    // The second CPU is there and not online: that it comes is one of the checks.
    ...{ cpus: 2, words: ['maxcpus=1', ...boot, ...only] },
    forwards: [],
    serials: ['console', 'results'].map((what) => join(folder, `${name}.${what}`)),
  };
}

function resultsIn(file: string): Result[] {
  if (!existsSync(file)) return [];
  const whole = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return whole.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Result);
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
}

/**
 * Boots a machine, which runs its checks, and ends it.
 *
 * @returns what the checks found; one more that says so when the machine died or fell silent
 */
export async function boot(machine: Machine, options: BootOptions): Promise<Result[]> {
  const [console, file] = ['console', 'results'].map((what) =>
    join(options.folder, `${machine.name}.${what}`),
  );
  if (console === undefined || file === undefined) throw new Error('no files');
  const child = startGuest(options.qemu, hardwareOf(machine, options));
  const ended = endOf(child);
  const kill = () => child.kill('SIGKILL');
  let told = 0;
  let heardMs = performance.now();
  let isRunning = true;
  void ended.then(() => {
    isRunning = false;
  });
  for (;;) {
    const wasRunning = isRunning;
    for (const result of resultsIn(file).slice(told)) {
      told += 1;
      heardMs = performance.now();
      options.onResult(result);
      // Nothing of it is kept, so that it need not be shut down.
      if (result.check === 'end') kill();
    }
    if (!wasRunning) break;
    if (performance.now() - heardMs > SILENCE_MS) kill();
    await Promise.race([ended, sleep(LOOK_MS)]);
  }
  const results = resultsIn(file);
  if (results.some(({ check }) => check === 'end')) return results;
  const last = readFileSync(console, 'utf8').trimEnd().split('\n').slice(-LAST_LINES).join('\n');
  const problems = [`the machine ended, or fell silent, before its checks were done:\n${last}`];
  return [...results, { check: 'end', problems, compared: 0, seconds: 0 }];
}
