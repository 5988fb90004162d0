import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type OutgoingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { scenariosCommand } from '../../../scenarios/program/command.ts';
import { waitForChild, watched } from '../../../tools/programs/child.ts';
import { ROOT } from '../../support/paths.ts';
import { type Ended, runHere } from '../../support/run-here.ts';

const programOf = (root: string) => join(root, 'dist', 'scenarios', 'main.js');

interface SpawnOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** The checkout or a copy of it. */
  readonly root?: string;
}

/** Whoever runs the tests may have a token of their own. */
const environment = (env: NodeJS.ProcessEnv) => ({ ...process.env, KUBEVIGIL_SCENARIOS_TOKEN: '', ...env });

function start(args: readonly string[], { env = {}, cwd, root = ROOT }: SpawnOptions) {
  const child = spawn(process.execPath, [programOf(root), ...args], {
    env: environment(env),
    ...(cwd !== undefined && { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...written }) as Ended);
  return { child, written, ended };
}

/** A program that was started, and how it ends. */
type Started = ReturnType<typeof start>;

/** Starts `kubevigil-scenarios`. */
export const startScenarios = (args: readonly string[], options: SpawnOptions = {}): Started =>
  start(args, options);

/** Runs `kubevigil-scenarios` to its end, in this process. */
export const scenarios = (args: readonly string[], { env = {}, cwd }: SpawnOptions = {}): Promise<Ended> =>
  runHere(scenariosCommand, args, {
    env: environment(env),
    ...(cwd !== undefined && { cwd }),
  });

export interface Reply {
  readonly status: number;
  readonly body: string;
}

interface Ask {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

/** Asks over a connection of its own, with any headers: fetch would not send a Host or an Origin of ours. */
export function ask(url: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, async (response) => {
      let text = '';
      for await (const piece of response.setEncoding('utf8')) text += piece;
      resolve({ status: response.statusCode ?? 0, body: text });
    });
    sent.once('error', reject).end(body);
  });
}

export const postJson = (url: string, body: object, headers: OutgoingHttpHeaders = {}) =>
  ask(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

export interface Service {
  readonly pid: number;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly victim: string;
  log(): string;
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<Ended>;
}

/** Starts `serve` on free ports, with its files in `folder`. */
export async function startService(
  folder: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
  root = ROOT,
): Promise<Service> {
  const { child, written, ended } = startScenarios(
    [
      'serve',
      '--web.listen-address=127.0.0.1:0',
      '--victim.listen-address=127.0.0.1:0',
      `--episodes=${join(folder, 'episodes.csv')}`,
      `--scratch=${folder}`,
      ...args,
    ],
    { env, root },
  );
  const port = await waitForChild(
    watched(child, () => written.stderr),
    'the service to listen',
    () => /msg="Listening on" address=\S*:(\d+)/.exec(written.stderr)?.[1],
  );
  const victimPort = /msg="Victim listens on" address=\S*:(\d+)/.exec(written.stderr)?.[1];
  return {
    pid: child.pid ?? 0,
    url: `http://127.0.0.1:${port}`,
    victim: `http://127.0.0.1:${victimPort}`,
    log: () => written.stderr,
    end(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}
