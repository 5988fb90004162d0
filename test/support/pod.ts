import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Context } from 'mocha';
import { NodeViews } from '../../exporter/owners/node-view.ts';
import type { Extraction, Extractor } from '../../exporter/scrape/extractor.ts';
import { waitFor } from '../../tools/programs/wait.ts';
import { extractOnce } from './extract.ts';
import { ROOT } from './paths.ts';
import { services } from './services.ts';
import { skip } from './skip.ts';

const CGROUPS = '/sys/fs/cgroup';
const CONTROLLERS = ['cpu', 'cpuacct', 'memory', 'blkio', 'pids'];
const PATHS = { procfs: '/proc', sysfs: '/sys', rootfs: '/' };

/** Why pods cannot be made on this machine; undefined when they can. */
export function podsRefusal(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can make cgroups and namespaces';
  return hierarchies().length === 0 ? `there is no cgroup hierarchy in ${CGROUPS}` : undefined;
}

/** Skips a test that makes pods, with the reason, where this machine does not allow it. */
export function needsPods(this: Context): void {
  const why = podsRefusal();
  if (why !== undefined) skip(this, why);
}

/** The hierarchies that cgroups can be made in: those of v1 controllers, else the one of v2. */
export function hierarchies(): string[] {
  const v1 = CONTROLLERS.map((name) => join(CGROUPS, name)).filter((folder) =>
    existsSync(join(folder, 'cgroup.procs')),
  );
  if (v1.length > 0) return v1;
  return existsSync(join(CGROUPS, 'cgroup.procs')) ? [CGROUPS] : [];
}

/** One process in cgroups that are shaped as the kubelet shapes a container's. */
export class Pod {
  readonly uid = randomUUID();
  readonly containerId = randomBytes(32).toString('hex');
  private readonly root = `kubevigil-test-${randomBytes(6).toString('hex')}`;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;

  constructor() {
    this.child = spawn('perl', [join(ROOT, 'test', 'support', 'pod.pl')], { stdio: 'pipe' });
    this.answers = createInterface(this.child.stdout)[Symbol.asyncIterator]();
    for (const folder of this.cgroups()) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'cgroup.procs'), String(this.child.pid));
    }
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** What stands for the container where no names are known. */
  get container(): string {
    return this.containerId.slice(0, 12);
  }

  /** What stands for the pod where no names are known. */
  get pod(): string {
    return this.uid.slice(0, 12);
  }

  /** The container's cgroups. */
  cgroups(): string[] {
    const path = join(this.root, 'kubepods', 'burstable', `pod${this.uid}`, this.containerId);
    return hierarchies().map((folder) => join(folder, path));
  }

  /** The container's cgroup in the hierarchy of a v1 controller; undefined where that is not mounted. */
  cgroup(controller: string): string | undefined {
    return this.cgroups().find((folder) => folder.startsWith(`${join(CGROUPS, controller)}/`));
  }

  /** Has pod.pl do something. */
  async do(...commands: string[]): Promise<void> {
    for (const command of commands) {
      this.child.stdin.write(`${command}\n`);
      const answer = await this.answers.next();
      if (answer.value !== 'ok') throw new Error(`${command}: ${answer.value ?? 'the process ended'}`);
    }
    // It answered, and goes back to sleep.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  /** Ends all processes and removes the cgroups. */
  async end(): Promise<void> {
    await this.do('end');
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
    for (const folder of this.cgroups()) {
      // From the container's folder up to the test's own.
      for (let i = 0, path = folder; i < 5; i++, path = join(path, '..')) await remove(path);
    }
  }
}

/** The kernel takes a moment to let go of the processes that ended. */
export async function remove(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      rmdirSync(folder);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  rmdirSync(folder);
}

/** The extractor on this machine, scrape after scrape. */
export class Machine<S> {
  private readonly extractor: Extractor<S>;
  private readonly views = new NodeViews(PATHS);
  private state: S | undefined;

  constructor(extractor: Extractor<S>) {
    this.extractor = extractor;
  }

  async scrape(): Promise<Extraction> {
    this.state ??= (await this.extractor.open?.(await services())) as S;
    const host = this.views.open();
    return extractOnce(this.extractor, host, this.state);
  }

  /** The values of the series of a pod's or container's own, by the values of their other labels. */
  async valuesOf(pod: Pod): Promise<Record<string, number>> {
    const { samples } = await this.scrape();
    const own = samples.filter(
      ({ labels }) => labels['container'] === pod.container || labels['pod'] === pod.pod,
    );
    return Object.fromEntries(
      own.map(({ metric, labels, value }) => {
        const { namespace: _, pod: __, container: ___, ...others } = labels;
        const name = metric.name.replace(/^kubevigil_/, '');
        return [[name, ...Object.values(others)].join(' '), value];
      }),
    );
  }

  close(): void {
    this.views.close();
  }
}

/** An extractor on this machine, and the pod of the test that runs. */
export interface PodSuite<S> {
  readonly machine: Machine<S>;
  readonly pod: Pod;
  /** The pod's own values (see `Machine.valuesOf`), once it has some: what is new waits for its turn on a machine with much that is new. */
  values(): Promise<Record<string, number>>;
}

/** Call it inside `describe`: each test has a pod of its own, which has done `commands`. Where none can be made the tests are skipped with the reason. */
export function podSuite<S>(extractor: Extractor<S>, ...commands: string[]): PodSuite<S> {
  const machine = new Machine(extractor);
  let pod: Pod | undefined;
  const own = (): Pod => {
    if (pod === undefined) throw new Error('the pod is there while a test runs');
    return pod;
  };
  before(needsPods);
  beforeEach(async () => {
    pod = new Pod();
    await pod.do(...commands);
  });
  afterEach(() => pod?.end());
  after(() => machine.close());
  return {
    machine,
    get pod() {
      return own();
    },
    values: () =>
      waitFor('the turn of the pod', async () => {
        const values = await machine.valuesOf(own());
        return Object.keys(values).length > 0 && values;
      }),
  };
}
