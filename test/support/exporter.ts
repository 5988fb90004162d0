import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { waitForChild, watched } from '../../tools/programs/child.ts';
import { ROOT } from './paths.ts';

/** The compiled program. */
const programOf = (root: string) => join(root, 'dist', 'exporter', 'main.js');
export const EXPORTER = programOf(ROOT);

/** Whoever runs the tests may have a cluster, which is not to be asked for anything. */
const OUTSIDE_OF_CLUSTERS = { KUBECONFIG: '', KUBERNETES_SERVICE_HOST: '' };

interface SpawnOptions {
  /** Variables beside those of the tests. */
  readonly env?: NodeJS.ProcessEnv;
  /** As which user, when the tests run as root. */
  readonly uid?: number;
  /** A command that runs what follows it in place of itself, such as setpriv. */
  readonly wrap?: readonly string[];
  /** The checkout or a copy of it; see `reachableRoot`. */
  readonly root?: string;
}

/** How a program ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** An exporter of its own process on a free port of loopback. */
export interface ExporterProcess {
  readonly pid: number;
  /** `127.0.0.1:<port>`, as it logged it. */
  readonly address: string;
  /** What it wrote to standard error so far. */
  log(): string;
  /** Sends SIGTERM and waits for the end. */
  stop(): Promise<Exit>;
}

function spawnExporter(args: readonly string[], { env = {}, uid, wrap = [], root = ROOT }: SpawnOptions) {
  const identity = uid === undefined ? {} : { uid, gid: uid };
  const [command = process.execPath, ...rest] = [...wrap, process.execPath, programOf(root), ...args];
  const child = spawn(command, rest, {
    ...identity,
    env: { ...process.env, ...OUTSIDE_OF_CLUSTERS, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written.stderr += text;
  });
  const exit = once(child, 'close').then(([code, signal]) => ({ code, signal }) as Exit);
  return { child, written, exit };
}

/** Runs the exporter to its end, for flags with which it does not stay. */
export async function runExporter(
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<Exit & { stdout: string; stderr: string }> {
  const { written, exit } = spawnExporter(args, options);
  return { ...(await exit), ...written };
}

/** Starts the exporter and waits until it has said where it listens. */
export async function startExporter(
  args: readonly string[] = [],
  options: SpawnOptions = {},
): Promise<ExporterProcess> {
  const { child, written, exit } = spawnExporter(['--web.listen-address=127.0.0.1:0', ...args], options);
  const stop = async () => {
    child.kill('SIGTERM');
    return exit;
  };
  try {
    const listening = () => /"?address"?[=:]"?(127\.0\.0\.1:\d+)/.exec(written.stderr)?.[1];
    const address = await waitForChild(
      watched(child, () => written.stderr),
      'the exporter to listen',
      listening,
    );
    return { pid: child.pid ?? 0, address, log: () => written.stderr, stop };
  } catch (error) {
    child.kill('SIGKILL');
    await exit;
    throw error;
  }
}
