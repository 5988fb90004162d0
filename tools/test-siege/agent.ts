/** The exporter as its DaemonSet runs it: its flags, identity, mounts, limits, and share of the CPU. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { stringify } from 'yaml';
import { createAuthority } from '../../test/support/certificates.ts';
import { type Child, startChild, waitForChild } from '../programs/child.ts';
import { ROOT } from '../programs/paths.ts';
import type { Door } from './admitted.ts';
import type { Cell, Cells } from './cells.ts';
import { NODE } from './cells.ts';
import { ENTER } from './marks/actor.ts';

const NODE_FLAGS = ['--max-semi-space-size=1', '--optimize-for-size'];
const LIMIT_BYTES = 256 * 2 ** 20;
/** 25m. */
const SHARES = 25;
const COST = 10;
const PASSWORDS = { prometheus: 'scrapes', viewer: 'looks' } as const;

export const basic = (user: keyof typeof PASSWORDS) =>
  `Basic ${Buffer.from(`${user}:${PASSWORDS[user]}`).toString('base64')}`;

/** The host below `$0/host`, with the siege's logs in place of its own, a trace, and a service account. */
const MOUNTS = `set -e; f=$0
mount --rbind / "$f/host"
mount --bind "$f/log" "$f/host/var/log"
[ -d "$f/host/sys/kernel/tracing/instances" ] || mount -t tracefs none "$f/host/sys/kernel/tracing"
mount -t tmpfs none /run
mkdir -p /run/secrets/kubernetes.io
cp -r "$f/serviceaccount" /run/secrets/kubernetes.io/serviceaccount
exec "$@"`;

/** What becomes its identity. It ends when we do, however that is. */
const IDENTITY = [
  ...[
    'setpriv',
    '--pdeathsig',
    'TERM',
    '--bounding-set=-all,+sys_ptrace,+dac_read_search',
    '--inh-caps=-all',
  ],
];

export interface Agent {
  readonly pid: number;
  readonly cell: Cell;
  readonly door: Door;
  readonly port: number;
  /** What may look, but is not who is to be protected. */
  readonly viewer: string | undefined;
  /** The certificate that Prometheus has to know; undefined without TLS. */
  readonly caFile: string | undefined;
  log(): string;
  isRunning(): boolean;
  /** @throws {Error} when it has ended, with the end of its log */
  assertRunning(): void;
  /** The most memory that its cgroup held, in MiB, and how often it wanted more than it may. */
  memory(): { readonly most: number; readonly refused: number };
  /** Seconds of CPU that it used, and that it was ready and had none. */
  cpu(): { readonly used: number; readonly waited: number };
  stop(): Promise<void>;
}

export interface AgentOptions {
  readonly folder: string;
  readonly cells: Cells;
  /** TLS and passwords, else the base as it is: plain, and open for whoever the NetworkPolicy lets in. */
  readonly isGuarded: boolean;
  readonly apiServer: string;
  readonly rulesFile: string;
}

function writeWebConfig(folder: string): {
  readonly flag: string;
  readonly ca: string;
  readonly caFile: string;
} {
  const authority = createAuthority('Siege');
  const { cert, key } = authority.issue('exporter', '127.0.0.1');
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  file('tls.crt', cert);
  file('tls.key', key);
  const users = Object.fromEntries(
    Object.entries(PASSWORDS).map(([user, password]) => [user, hashSync(password, COST)]),
  );
  const config = {
    tls_server_config: { cert_file: 'tls.crt', key_file: 'tls.key' },
    basic_auth_users: users,
  };
  const caFile = file('ca.crt', authority.cert);
  return { flag: `--web.config.file=${file('web.yml', stringify(config))}`, ca: authority.cert, caFile };
}

function limit(cell: Cell): void {
  const [file] = [...cell.files('memory.limit_in_bytes'), ...cell.files('memory.max')];
  if (file !== undefined) writeFileSync(file, String(LIMIT_BYTES));
}

function memoryOf(cell: Cell): { most: number; refused: number } {
  const read = (...names: readonly string[]) => {
    const [file] = names.flatMap((name) => cell.files(name));
    return file === undefined ? Number.NaN : Number(readFileSync(file, 'utf8'));
  };
  return {
    most: read('memory.max_usage_in_bytes', 'memory.peak') / 2 ** 20,
    refused: read('memory.failcnt'),
  };
}

const NANOSECONDS = 1e9;

/** Of the threads that it has now. */
function cpuOf(pid: number): { used: number; waited: number } {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ').map(Number),
  );
  const sum = (field: number) => threads.reduce((all, one) => all + (one[field] ?? 0), 0) / NANOSECONDS;
  return { used: sum(0), waited: sum(1) };
}

/** Starts it, and waits until it has said where it listens. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { folder, cells, isGuarded, apiServer } = options;
  for (const name of ['host', 'log', 'serviceaccount']) mkdirSync(join(folder, name), { recursive: true });
  const cell = cells.make('exporter', 'burstable', SHARES);
  limit(cell);
  const web = isGuarded ? writeWebConfig(folder) : undefined;
  const host = join(folder, 'host');
  const program = [process.execPath, ...NODE_FLAGS, join(ROOT, 'dist', 'exporter', 'main.js')];
  const flags = [
    ...[`--path.rootfs=${host}`, `--path.sysfs=${host}/sys`, '--log.format=json'],
    ...[`--web.listen-address=127.0.0.1:0`, `--rules.file=${options.rulesFile}`],
    ...(web === undefined ? [] : [web.flag]),
  ];
  const [server = '', serverPort = ''] = apiServer.split(':');
  const env = {
    ...process.env,
    ...{ KUBECONFIG: '', NODE_NAME: NODE },
    ...{ KUBERNETES_SERVICE_HOST: server, KUBERNETES_SERVICE_PORT: serverPort },
  };
  const alone = ['unshare', '--mount', '--propagation', 'slave', 'sh', '-c', MOUNTS, folder];
  const entering = ['-e', `${ENTER} exec @ARGV or die`, cell.doors.join('\n')];
  const command = [...entering, ...alone, ...IDENTITY, ...program, ...flags];
  const child: Child = startChild('perl', command, join(folder, `exporter-${Date.now()}.log`), env);
  const isRunning = () => child.process.exitCode === null && child.process.signalCode === null;
  try {
    const address = await waitForChild(
      child,
      'the exporter to listen',
      () => /"address":"(127\.0\.0\.1:\d+)"/.exec(child.output())?.[1],
    );
    return {
      pid: child.process.pid ?? 0,
      cell,
      port: Number(address.split(':')[1]),
      door: {
        url: `${isGuarded ? 'https' : 'http'}://${address}/metrics`,
        ca: web?.ca,
        rights: isGuarded ? basic('prometheus') : undefined,
      },
      viewer: isGuarded ? basic('viewer') : undefined,
      caFile: web?.caFile,
      log: child.output,
      isRunning,
      assertRunning() {
        if (isRunning()) return;
        const { exitCode, signalCode } = child.process;
        const { refused } = memoryOf(cell);
        throw new Error(
          `the exporter ended (${signalCode ?? exitCode}, memory refused ${refused} times): ${child.output().slice(-2_000)}`,
        );
      },
      memory: () => memoryOf(cell),
      cpu: () => cpuOf(child.process.pid ?? 0),
      stop: child.stop,
    };
  } catch (error) {
    await child.stop();
    throw error;
  }
}
