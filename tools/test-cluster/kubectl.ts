/** kubectl of whoever runs this, and what went wrong when it did. */
import { execFile } from 'node:child_process';
import { UsageError } from '../../common/cli.ts';

const MAX_OUTPUT_BYTES = 64 << 20;
const DEFAULT_TIMEOUT_MS = 60_000;

interface CallOptions {
  /** What kubectl reads from its standard input. */
  readonly input?: string;
  readonly timeoutMs?: number;
}

/** Runs kubectl and gives what it wrote. */
export type Kubectl = (args: readonly string[], options?: CallOptions) => Promise<Buffer>;

/**
 * The last line that says something: kubectl writes warnings before it.
 *
 * @internal exported for its own tests
 */
export function reasonOf(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').at(-1) ?? 'it said nothing';
}

/** @throws {UsageError} without KUBECONFIG: this is to meet no cluster by chance */
export function requireKubeconfig(env: NodeJS.ProcessEnv): string {
  const { KUBECONFIG: file = '' } = env;
  if (file !== '') return file;
  throw new UsageError(
    'set KUBECONFIG to the configuration of a cluster for tests: this installs privileged pods and causes anomalies there',
  );
}

/**
 * @param file the program
 * @throws {Error} one line, naming the command and what kubectl said last
 */
export function kubectlOf(file: string): Kubectl {
  return (args, { input, timeoutMs = DEFAULT_TIMEOUT_MS } = {}) =>
    new Promise((resolve, reject) => {
      const options = { encoding: 'buffer', maxBuffer: MAX_OUTPUT_BYTES, timeout: timeoutMs } as const;
      const child = execFile(file, [...args], options, (error, stdout, stderr) => {
        if (error === null) return resolve(stdout);
        if (error.code === 'ENOENT') {
          return reject(new UsageError(`there is no ${file} on PATH: install kubectl`, { cause: error }));
        }
        const why =
          error.killed === true ? `no answer in ${timeoutMs / 1000} s` : reasonOf(stderr.toString());
        reject(new Error(`kubectl ${args.slice(0, 3).join(' ')}: ${why}`, { cause: error }));
      });
      child.stdin?.on('error', () => {}); // it ended without reading; its own message says why
      child.stdin?.end(input ?? '');
    });
}
