import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import { SCENARIOS } from '../../scenarios/registry/registry.ts';
import type { ScenarioOptions } from '../../scenarios/scenario/scenario.ts';
import { waitFor } from '../../tools/programs/wait.ts';
import type { ContainerCgroup } from './support/cgroup.ts';
import { needsNode, TestNode } from './support/node.ts';
import { Servant } from './support/servant.ts';
import { POD_MAIN } from './support/stage-pod.ts';
import { packetsSent, type Traces, tracesOf } from './support/traces.ts';

const VICTIM_PORT = '8080';
const HOUR_MS = 3_600_000;
/** All that run without a cluster. */
const RUN = SCENARIOS.filter(({ needsCluster }) => needsCluster !== true);
/** So many start one process per CPU or more than one. */
const WORKERS = RUN.length;
/** In which workers start, one after the other. */
const STARTING_MS = 3_000;
/** For so long all are on at once while packets are counted. */
const COUNTED_MS = 2_000;

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
  let temporary: string;
  let node: TestNode;
  let container: ContainerCgroup;
  let pod: Servant;
  /** Before there was a pod, and before it did anything. */
  let bare: Traces;
  let resting: Traces;

  before(needsNode);

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubevigil-test-'));
    [written, temporary] = [join(folder, 'written'), join(folder, 'tmp')];
    for (const own of [written, temporary]) mkdirSync(own);
    node = await TestNode.start();
    await startPod();
  });
  afterEach(async () => {
    await node.end();
    rmSync(folder, { recursive: true });
  });

  async function startPod(): Promise<void> {
    container = node.container();
    bare = traces();
    const command = [...node.entering(container), 'env', `TMPDIR=${temporary}`, process.execPath, POD_MAIN];
    pod = new Servant([...command, VICTIM_PORT, join(folder, 'log'), folder]);
    await pod.answer();
    resting = traces();
  }

  const traces = () => tracesOf(node, [written, temporary]);
  const workersOf = (processes: ReadonlyMap<number, string>) =>
    [...processes.values()].filter((line) => line.includes('/workers/'));
  const podMain = () =>
    [...container.processes()].find(
      ([, line]) => line.startsWith(process.execPath) && line.includes('pod-main'),
    )?.[0] as number;

  function orderAll(): void {
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
  }

  /** Starts all of them, and waits until each is at work. */
  async function startAll(): Promise<void> {
    orderAll();
    await waitFor('all scenarios to be at work', () => {
      const processes = container.processes();
      const names = new Set(
        workersOf(processes).map((line) => /workers\/([\w-]+)\.js (.*)/.exec(line)?.slice(1).join()),
      );
      // Traces cost more than all else to look at, with every scenario on: not before there can be any of the last.
      if (names.size < WORKERS || processes.size <= 2 * WORKERS) return false;
      const { files, sockets } = traces();
      return files.length > resting.files.length && sockets.length > resting.sockets.length + 1;
    });
  }

  /**
   * Waits until nothing is left.
   *
   * @param before what there was before
   * @param rest processes that stay
   */
  async function expectNothing(before: Traces, rest: (line: string) => boolean = () => false): Promise<void> {
    const processesLeft = () => [...container.processes().values()].filter((line) => !rest(line));
    const left = () => ({ processes: processesLeft(), ...traces() });
    const wanted = { processes: [], ...before };
    await waitFor(
      'everything to be undone',
      () => processesLeft().length === 0 && isDeepStrictEqual(left(), wanted),
    ).catch(() => expect(left()).to.deep.equal(wanted));
  }

  for (const signal of ['SIGTERM', 'SIGKILL'] as const)
    it(`is nothing when their parent gets ${signal} while all are on, and no packet leaves the node`, async () => {
      const packets = packetsSent(node);
      await startAll();
      await sleep(COUNTED_MS);
      process.kill(podMain(), signal);
      await expectNothing(bare);
      expect(packetsSent(node) - packets).to.equal(0);
    });

  it('would be counted if a packet left the node', async () => {
    const packets = packetsSent(node);
    const script = `require('node:dgram').createSocket('udp4').send('x', 9, '${node.gateway}', () => process.exit())`;
    const [file = '', ...args] = [...node.entering(), process.execPath, '-e', script];
    execFileSync(file, args);
    expect(packetsSent(node)).to.be.above(packets);
  });

  it('is nothing when their parent is killed at any moment while they start', async () => {
    for (let i = 0; i < 2; i++) {
      const afterMs = Math.round(Math.random() * STARTING_MS);
      orderAll();
      await sleep(afterMs);
      process.kill(podMain(), 'SIGKILL');
      await expectNothing(bare).catch((error: Error) => {
        throw new Error(`killed after ${afterMs} ms: ${error.message}`, { cause: error });
      });
      if (i === 0) await startPod();
    }
  });

  it('is nothing when every worker gets SIGKILL and their parent goes on', async () => {
    await startAll();
    let ended = 0;
    for (const _ of RUN) void pod.answer().then(() => ended++);
    await waitFor('every scenario to end', () => {
      // Some may only now begin.
      for (const [pid, line] of container.processes()) if (line.includes('/workers/')) killIfThere(pid);
      return ended === RUN.length;
    });
    // The pod's own process, which looks after its house every second.
    await expectNothing(resting, (line) => line.includes('pod-main') || ['', 'true'].includes(line));
  });
});
