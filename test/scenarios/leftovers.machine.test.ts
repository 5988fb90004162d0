import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SCENARIOS } from '../../scenarios/registry/registry.ts';
import type { ScenarioOptions } from '../../scenarios/scenario/scenario.ts';
import { waitFor } from '../../tools/programs/wait.ts';
import type { ContainerCgroup } from './support/cgroup.ts';
import { CANARIES, needsNode, TestNode } from './support/node.ts';
import { Servant } from './support/servant.ts';
import { POD_MAIN } from './support/stage-pod.ts';

const VICTIM_PORT = '8080';
const LISTENING = '0A';
const HOUR_MS = 3_600_000;
/** Workers undo what they did within 5 s; the machine may be slow. */
/** All that run without a cluster. */
const RUN = SCENARIOS.filter(({ needsCluster }) => needsCluster !== true);
/** So many start one process per CPU or more than one. */
const WORKERS = RUN.length;

/** Local ports that somebody listens on, by /proc/<pid>/net. */
function listeners(node: TestNode): string[] {
  const lines = ['tcp', 'tcp6'].flatMap((file) =>
    readFileSync(node.seen(`net/${file}`), 'utf8')
      .split('\n')
      .slice(1),
  );
  return lines.flatMap((line) => {
    const [, local = '', , state] = line.trim().split(/\s+/);
    return state === LISTENING ? [local] : [];
  });
}

function packetSockets(node: TestNode): string[] {
  return readFileSync(node.seen('net/packet'), 'utf8').trim().split('\n').slice(1);
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

describe('what scenarios leave behind', () => {
  let folder: string;
  let written: string;
  let node: TestNode;
  let container: ContainerCgroup;
  let pod: Servant;

  before(needsNode);

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubevigil-test-'));
    written = join(folder, 'written');
    mkdirSync(written);
    node = await TestNode.start();
    container = node.container();
    const command = [...node.entering(container), process.execPath, POD_MAIN];
    pod = new Servant([...command, VICTIM_PORT, join(folder, 'log'), folder]);
    await pod.answer();
  });
  afterEach(async () => {
    await node.end();
    rmSync(folder, { recursive: true });
  });

  const canaries = () => readdirSync(node.seen(`root${CANARIES}`));
  const workers = () => [...container.processes().values()].filter((line) => line.includes('/workers/'));

  /** Starts all of them, and waits until each is at work. */
  async function startAll(): Promise<void> {
    const own = `${node.address}:${VICTIM_PORT}`;
    for (const { name, beyondLoopback } of RUN) {
      const target = beyondLoopback === true ? own : `127.0.0.1:${VICTIM_PORT}`;
      const options: ScenarioOptions = {
        durationMs: HOUR_MS,
        intensity: 0.2,
        folder: written,
        target,
        allowedTargets: [own],
      };
      pod.order({ name, options });
    }
    await waitFor('all scenarios to be at work', () => {
      const names = new Set(
        workers().map((line) => /workers\/([\w-]+)\.js (.*)/.exec(line)?.slice(1).join()),
      );
      const processes = container.processes().size;
      return names.size >= WORKERS &&
        processes > 2 * WORKERS &&
        canaries().length > 0 &&
        listeners(node).length > 1
        ? true
        : undefined;
    });
  }

  /** @param rest processes that stay, and what they listen on */
  async function expectNothing(
    rest: (line: string) => boolean = () => false,
    open: readonly string[] = [],
  ): Promise<void> {
    const left = () => [...container.processes().values()].filter((line) => !rest(line));
    await waitFor('the processes to end', () => left().length === 0).catch(() =>
      expect(left()).to.deep.equal([]),
    );
    await waitFor('the files to go', () => [...readdirSync(written), ...canaries()].length === 0).catch(() =>
      expect([readdirSync(written), canaries()]).to.deep.equal([[], []]),
    );
    expect(listeners(node)).to.have.members([...open]);
    expect(packetSockets(node)).to.deep.equal([]);
  }

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`is no process, file, listener or packet socket when their parent gets ${signal} while all are on`, async () => {
      await startAll();
      const [[parent] = []] = [...container.processes()].filter(
        ([, line]) => line.startsWith(process.execPath) && line.includes('pod-main'),
      );
      process.kill(parent as number, signal);
      await expectNothing();
    });
  }

  it('is no process, file, listener or packet socket when every worker gets SIGKILL and their parent goes on', async () => {
    const open = listeners(node);
    await startAll();
    let ended = 0;
    for (const _ of RUN) void pod.answer().then(() => ended++);
    await waitFor('every scenario to end', () => {
      // Some may only now begin.
      for (const [pid, line] of container.processes()) if (line.includes('/workers/')) killIfThere(pid);
      return ended === RUN.length;
    });
    // The pod's own process, which looks after its house every second.
    await expectNothing((line) => line.includes('pod-main') || ['', 'true'].includes(line), open);
  });
});
