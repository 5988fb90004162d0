import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { builderCommand } from '../../../builder/commands/command.ts';
import { ROOT } from '../../support/paths.ts';
import { type Ended, runHere } from '../../support/run-here.ts';

export type { Ended };

/** The compiled program. */
export const BUILDER = join(ROOT, 'dist', 'builder', 'main.js');

/** Runs a program to its end. */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** Runs kubevigil-builder as a process of its own. */
export function builderProgram(
  args: readonly string[],
  options: Parameters<typeof runProgram>[2] = {},
): Promise<Ended> {
  return runProgram(process.execPath, [BUILDER, ...args], options);
}

/** Runs kubevigil-builder in this process. */
export function builder(
  args: readonly string[],
  options: Parameters<typeof runProgram>[2] = {},
): Promise<Ended> {
  return runHere(builderCommand, args, options);
}
