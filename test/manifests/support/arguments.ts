import { spawn } from 'node:child_process';
import type { V1Container, V1PodSpec } from '@kubernetes/client-node';
import { builder } from '../../builder/support/cli.ts';
import { ROOT } from '../../support/paths.ts';

/** What a container runs, as a command of this machine: the image's /app is the checkout. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/**
 * @param paths what lies where else here, by what the container's path begins with
 */
export function commandOf(pod: V1PodSpec, name: string, paths: Readonly<Record<string, string>>): Command {
  const container: V1Container | undefined = pod.containers.find((one) => one.name === name);
  const [program, ...rest] = [...(container?.command ?? []), ...(container?.args ?? [])];
  if (program !== 'node') throw new Error(`${name} runs ${program}, not node`);
  const moved = Object.entries({ '/app/': `${ROOT}/`, ...paths });
  const here = (text: string) =>
    moved.reduce((path, [from, to]) => path.replace(new RegExp(`(^|=)${from}`), `$1${to}`), text);
  return { file: process.execPath, args: rest.map(here) };
}

/** Starts a command; its output is taken together. */
export function startCommand({ file, args }: Command, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string }>(
    (resolve) => {
      child.once('close', (code, signal) => resolve({ code, signal, output }));
    },
  );
  return { child, ended, output: () => output };
}

const BUILDER_MAIN = `${ROOT}/dist/builder/main.js`;

/**
 * Runs a command of the builder to its end, but in this process, which saves loading it; its output is taken together.
 *
 * @throws {Error} when it is none, or has flags of Node, which only a process of its own takes
 */
export async function builderHere({ file, args: [main, ...args] }: Command, env: NodeJS.ProcessEnv = {}) {
  if (main !== BUILDER_MAIN) throw new Error(`${file} ${main} is not the builder without flags of Node`);
  const { code, stdout, stderr } = await builder(args, { env: { ...process.env, ...env } });
  return { code, output: stdout + stderr };
}
