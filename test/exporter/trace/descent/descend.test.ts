import { basename } from 'node:path/posix';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Cgroup } from '../../../../exporter/cgroups/table.ts';
import { type Attributed, Attribution } from '../../../../exporter/trace/attribution/attribution.ts';
import { LONGEST_START_NS } from '../../../../exporter/trace/descent/descend.ts';
import type { Descent } from '../../../../exporter/trace/descent/program.ts';

const HOST: Cgroup = { id: 1, path: '/system.slice/containerd.service' };
const CONTAINERS: readonly Cgroup[] = [
  { id: 11, path: '/pod/a' },
  { id: 12, path: '/pod/b' },
];
const SHIM = 100;
const PROGRAMS = ['/bin/sh', '/usr/bin/node', '/usr/sbin/crond', '/entry.sh', '/bin/setsid', 'sh'] as const;
/** What a shell runs, by its name or as the script that it is. */
const SHELLS: readonly string[] = ['/bin/sh', 'sh', '/entry.sh'];

/** One exec as the model remembers it, with all that came before: nothing is forgotten that the agent forgets. */
interface Exec {
  readonly path: string;
  readonly timeNs: number;
  readonly container: number | undefined;
  readonly before: Exec | undefined;
}

interface Task {
  readonly pid: number;
  container: number | undefined;
  runs: Exec | undefined;
}

/** A node with runtimes and containers: what happens goes to the agent's attribution, and into a record of all. */
class Model {
  readonly attribution: Attribution;
  readonly execs: { readonly exec: Exec; readonly event: Attributed }[] = [];
  #timeNs = 1e9;
  #pid = 1_000;
  readonly #tasks: Task[] = [];
  readonly #listens = new Map<number, number>();

  constructor() {
    this.attribution = new Attribution(
      {
        of: () => undefined,
        leaderOf: () => undefined,
        placed: () => undefined,
        containerOf: ({ path }) => (path.startsWith('/pod') ? path : undefined),
        isShellScript: (_, path) => path === '/entry.sh',
      },
      false,
    );
    this.attribution.seed(SHIM, [SHIM], HOST, 0);
  }

  wait(ns: number): void {
    this.#timeNs += ns;
  }

  /** As crun does it, or runc by way of copies of itself. */
  launch(container: number, path: string, byCopies: boolean): void {
    const runtime = this.#fork({ pid: SHIM, container: undefined, runs: undefined });
    this.#exec(runtime, '/usr/sbin/runc');
    const child = this.#fork(runtime);
    const cgroup = CONTAINERS[container];
    this.attribution.attach(child.pid, cgroup);
    let last = child;
    if (byCopies) {
      for (const copy of ['/proc/self/exe', '/dev/fd/6']) this.#copy(child, copy);
      last = this.#fork(this.#fork(child));
    }
    last.container = container;
    this.#tasks.push(last);
    this.#exec(last, path);
    this.attribution.exit(runtime.pid);
  }

  fork(of: number): void {
    const maker = this.#task(of);
    if (maker !== undefined) this.#tasks.push(this.#fork(maker));
  }

  exec(by: number, path: string): void {
    const task = this.#task(by);
    if (task !== undefined) this.#exec(task, path);
  }

  exit(of: number): void {
    const task = this.#task(of);
    if (task === undefined) return;
    this.attribution.exit(task.pid);
    this.#tasks.splice(this.#tasks.indexOf(task), 1);
  }

  listen(by: number): void {
    const task = this.#task(by);
    if (task?.container === undefined) return;
    this.wait(1);
    this.attribution.listening(this.#timeNs, task.pid);
    if (!this.#listens.has(task.container)) this.#listens.set(task.container, this.#timeNs);
  }

  /** What an exec is by all that was recorded: from the container's first program on, one after the other. */
  truth(exec: Exec): Descent | undefined {
    if (exec.container === undefined) return undefined;
    const chain = [exec];
    for (let one = exec.before; one?.container === exec.container; one = one.before) chain.unshift(one);
    const first = this.execs.find((one) => one.exec.container === exec.container)?.exec;
    if (chain[0] !== first) return 'exec';
    const overNs = Math.min(
      (first?.timeNs ?? 0) + LONGEST_START_NS,
      this.#listens.get(exec.container) ?? Number.POSITIVE_INFINITY,
    );
    // Where the chain leaves the image's own hands: at the first late program that no shell and no cron of the image started.
    for (const [i, { timeNs }] of chain.entries()) {
      const maker = chain[i - 1];
      if (maker === undefined || timeNs < overNs || SHELLS.includes(maker.path)) continue;
      return basename(maker.path) === 'crond' ? 'cron' : 'service';
    }
    return 'entrypoint';
  }

  #task(index: number): Task | undefined {
    return this.#tasks[index % Math.max(1, this.#tasks.length)];
  }

  #fork({ pid, container, runs }: Task): Task {
    this.wait(1);
    const child = { pid: ++this.#pid, container, runs };
    this.attribution.newTask(this.#timeNs, pid, child.pid, 0);
    return child;
  }

  #copy({ pid }: Task, path: string): void {
    this.wait(1);
    this.attribution.exec(this.#timeNs, pid, pid, path, { cgroup: undefined });
  }

  #exec(task: Task, path: string): void {
    this.wait(1);
    const exec = { path, timeNs: this.#timeNs, container: task.container, before: task.runs };
    task.runs = exec;
    const event: Attributed = { cgroup: undefined };
    this.attribution.exec(this.#timeNs, task.pid, task.pid, path, event);
    this.execs.push({ exec, event });
  }
}

const which = fc.nat({ max: 40 });
const program = fc.constantFrom(...PROGRAMS);
const step: fc.Arbitrary<(model: Model) => void> = fc.oneof(
  fc.tuple(fc.nat({ max: 1 }), program, fc.boolean()).map(
    ([container, path, byCopies]) =>
      (model: Model) =>
        model.launch(container, path, byCopies),
  ),
  { arbitrary: which.map((of) => (model: Model) => model.fork(of)), weight: 4 },
  {
    arbitrary: fc.tuple(which, program).map(
      ([by, path]) =>
        (model: Model) =>
          model.exec(by, path),
    ),
    weight: 5,
  },
  which.map((of) => (model: Model) => model.exit(of)),
  which.map((by) => (model: Model) => model.listen(by)),
  fc.constantFrom(1e6, 1e9, 12e9, 31e9).map((ns) => (model: Model) => model.wait(ns)),
);

describe('who had a program started', () => {
  it('is what a record of everything says, whatever processes do', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const model = new Model();
        for (const run of steps) run(model);
        for (const { exec, event } of model.execs) {
          expect(event.program?.descent, JSON.stringify(exec)).to.equal(model.truth(exec));
        }
      }),
      { numRuns: 400 },
    );
  });

  it('never becomes the image’s own again, nor somebody else’s, by what goes on in the container', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(which, program, fc.nat({ max: 2 })), { maxLength: 30 }), (steps) => {
        const model = new Model();
        model.launch(0, '/usr/bin/node', false);
        model.listen(0);
        model.exec(0, '/bin/sh'); // what an intruder makes it do
        const own = model.execs.length;
        for (const [by, path, what] of steps) {
          if (what === 0) model.fork(by);
          else model.exec(by, path);
        }
        const kinds = model.execs.slice(own - 1).map(({ event }) => event.program?.descent);
        expect(new Set(kinds)).to.deep.equal(new Set(['service']));
      }),
      { numRuns: 100 },
    );
  });

  it('goes with the injection from outside for all that comes of it', () => {
    const model = new Model();
    model.launch(0, '/usr/bin/node', false);
    model.launch(0, 'sh', true);
    model.fork(1);
    model.exec(2, '/usr/bin/node');
    const [, , , injected, child] = model.execs.map(({ event }) => event);
    expect(injected?.program?.injection).to.deep.include({ path: 'sh', pid: injected?.program?.pid });
    expect(child?.program?.injection).to.equal(injected?.program?.injection);
    expect(injected?.parent?.path, 'the runtime, not a copy of it').to.equal('/usr/sbin/runc');
    expect(child?.parent?.path).to.equal('sh');
  });

  it('is not known of who was not seen to be made', () => {
    const model = new Model();
    const stranger: Attributed = { cgroup: undefined };
    model.attribution.seed(7, [7], CONTAINERS[0], 0);
    model.attribution.forgetAll();
    model.attribution.attach(7, CONTAINERS[0]);
    model.attribution.exec(5e9, 7, 7, '/bin/sh', stranger);
    expect(stranger.program?.descent).to.equal('unknown');
  });
});
