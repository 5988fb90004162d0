import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const PATIENCE_MS = 240_000;

/** Runs a program to its end; what it wrote. */
export async function run(file: string, ...args: string[]): Promise<string> {
  return (await execute(file, args, { timeout: PATIENCE_MS })).stdout;
}

/** Runs a program that is expected to fail, with `input` typed into it. */
export async function fail(file: string, args: readonly string[], input: string, env = {}): Promise<void> {
  const child = spawn(file, args, { stdio: ['pipe', 'ignore', 'ignore'], env: { ...process.env, ...env } });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code === 0) throw new Error(`${file} ${args.join(' ')} did not fail`);
}

/** Starts a program that goes on until it is killed. */
export function start(file: string, ...args: string[]) {
  const child = spawn(file, args, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    pid: child.pid ?? 0,
    /** When it has ended by itself, or was killed. */
    ended,
    async end() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A file's text; undefined when it cannot be read. */
export function text(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

/** The number after a name in a file of such lines: `usage_usec 1234`. */
export function keyed(path: string, name: string): number | undefined {
  const found = new RegExp(`^${name} (\\d+)$`, 'm').exec(text(path) ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}
