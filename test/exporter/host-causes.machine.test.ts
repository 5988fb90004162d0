import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { median } from '../../common/statistics.ts';
import { cpu } from '../../exporter/extractors/cpu.ts';
import { disk } from '../../exporter/extractors/disk.ts';
import { filesystem } from '../../exporter/extractors/filesystem.ts';
import { forks } from '../../exporter/extractors/forks.ts';
import { memory } from '../../exporter/extractors/memory.ts';
import { network } from '../../exporter/extractors/network.ts';
import { oom } from '../../exporter/extractors/oom.ts';
import { pressure } from '../../exporter/extractors/pressure.ts';
import { NodeViews } from '../../exporter/owners/node-view.ts';
import type { Extractor } from '../../exporter/scrape/extractor.ts';
import { waitFor } from '../../tools/programs/wait.ts';
import { extractOnce } from '../support/extract.ts';
import { ROOT } from '../support/paths.ts';
import { Machine, needsPods, Pod } from '../support/pod.ts';
import { skip } from '../support/skip.ts';
import { temporaryFolder } from '../support/temporary.ts';

const MEBIBYTE = 2 ** 20;
const PIECE = Buffer.alloc(MEBIBYTE, 'kubevigil');
/** What others on this machine do falls into some windows, and not into all. */
const WINDOWS = 10;

/** One figure of the whole machine, as an extractor reads it now. */
type Figure = () => Promise<number>;
type Act = () => void | Promise<void>;

async function added(figure: Figure, act: Act): Promise<number> {
  const before = await figure();
  await act();
  return (await figure()) - before;
}

/** Adds at least `least`, each time, whatever others do besides. */
async function expectMoved(figure: Figure, cause: Act, least: number): Promise<void> {
  expect(await added(figure, cause)).to.be.at.least(least);
}

/**
 * Adds at most `most`; others move these figures as well, so that a window is looked for in which they do not. Where others never rest,
 * which the same windows without the neighbour show, there is nothing to tell.
 */
async function expectStill(test: Mocha.Context, figure: Figure, neighbour: Act, most: number): Promise<void> {
  const seen: number[] = [];
  const began = performance.now();
  for (let window = 0; window < WINDOWS; window++) {
    seen.push(await added(figure, neighbour));
    if ((seen.at(-1) ?? 0) <= most) return;
  }
  const windowMs = (performance.now() - began) / WINDOWS;
  const others: number[] = [];
  for (let window = 0; window < WINDOWS; window++) others.push(await added(figure, () => sleep(windowMs)));
  if (median(others) > most)
    skip(test, `others on this machine move it as well, by ${median(others)} at a time`);
  expect.fail(`moved in each of ${WINDOWS} windows, by ${seen.join(', ')}`);
}

async function run(...[command = '', ...args]: string[]): Promise<void> {
  const child = spawn(command, args, { stdio: 'ignore' });
  await new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject));
}

/** Writes so many MiB into a file that is removed again, through to the device or not. */
function write(folder: string, mebibytes: number, sync: boolean): void {
  const path = join(folder, `kubevigil-test-${process.pid}`);
  const file = openSync(path, 'w');
  try {
    for (let i = 0; i < mebibytes; i++) writeSync(file, PIECE);
    if (sync) fsyncSync(file);
  } finally {
    closeSync(file);
    rmSync(path);
  }
}

describe('causes on this machine, and their harmless neighbours', () => {
  const folder = temporaryFolder();
  const machines: Machine<unknown>[] = [];
  after(() => {
    for (const machine of machines) machine.close();
  });

  /** The sum of the series of a metric that have these labels; one state over all readings, as in the exporter. */
  const figureOf = <S>(
    extractor: Extractor<S>,
    name: string,
    labels: Readonly<Record<string, string>> = {},
  ) => {
    const machine = new Machine(extractor);
    machines.push(machine as Machine<unknown>);
    return async () => {
      const { samples } = await machine.scrape();
      const own = samples.filter(
        (sample) =>
          sample.metric.name === `kubevigil_${name}` &&
          Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
      );
      return own.reduce((sum, { value }) => sum + value, own.length === 0 ? Number.NaN : 0);
    };
  };

  it('cpu_seconds_total: a niced process that computes, and one that sleeps', async function () {
    const figure = figureOf(cpu, 'cpu_seconds_total', { mode: 'nice' });
    const niced = (code: string) => () => run('nice', '-n', '10', 'perl', '-e', code);
    await expectMoved(figure, niced('my $used; do { $used = (times)[0] } while $used < 0.6'), 0.4);
    await expectStill(this, figure, niced('select undef, undef, undef, 0.6'), 0.1);
  });

  it('pressure_waiting_seconds_total: more to compute than there are CPUs, and more to sleep', async function () {
    const figure = figureOf(pressure, 'pressure_waiting_seconds_total', { resource: 'cpu' });
    if (Number.isNaN(await figure())) skip(this, 'this kernel has no pressure for cpu');
    const crowd = (code: string) => async () => {
      const one = () => run('perl', '-e', code);
      await Promise.all(Array.from({ length: 2 * availableParallelism() + 1 }, one));
    };
    await expectMoved(figure, crowd('1 while (times)[0] < 0.5'), 0.3);
    const nothing = await added(figure, () => sleep(1_000));
    if (nothing > 0.05)
      skip(this, `others on this machine wait for its CPUs, ${nothing.toFixed(2)} s in a second`);
    await expectStill(this, figure, crowd('select undef, undef, undef, 0.5'), 0.15);
  });

  it('memory_bytes: memory that is held, and a file that is cached', async function () {
    const figure = figureOf(memory, 'memory_bytes', { state: 'used' });
    const largest: number[] = [];
    for (let window = 0; window < WINDOWS && Math.max(0, ...largest) < 200 * MEBIBYTE; window++) {
      // A process of its own, whose memory is back before the next window.
      const holder = spawn('perl', ['-e', '$| = 1; $held = "x" x (256 << 20); print "held\n"; <STDIN>']);
      const ended = once(holder, 'exit');
      largest.push(await added(figure, async () => void (await once(holder.stdout, 'data'))));
      holder.stdin.end();
      await ended;
    }
    expect(Math.max(...largest)).to.be.at.least(200 * MEBIBYTE);
    await expectStill(this, figure, () => write(folder(), 256, false), 100 * MEBIBYTE);
  });

  it('oom_kills_total: a container beyond its limit, and one within it', async function () {
    needsPods.call(this);
    const figure = figureOf(oom, 'oom_kills_total');
    const pod = new Pod();
    try {
      const limited = pod.cgroup('memory');
      if (limited === undefined) skip(this, 'no memory controller of version 1');
      writeFileSync(join(limited, 'memory.limit_in_bytes'), String(64 * MEBIBYTE));
      const eat = (bytes: number) => () => pod.do(`exec perl -e $x="x"x${bytes}`);
      await expectStill(this, figure, eat(8_000_000), 0);
      const before = await figure();
      await eat(300_000_000)();
      await waitFor('the kill', async () => (await figure()) > before);
    } finally {
      await pod.end();
    }
  });

  it('disk_bytes_total: what is written to a disk, and what is written to memory', async function () {
    const figure = figureOf(disk, 'disk_bytes_total', { direction: 'write' });
    if (Number.isNaN(await figure())) skip(this, 'this machine has no disk of its own');
    await expectStill(this, figure, () => write('/dev/shm', 32, true), 16 * MEBIBYTE);
    const onDisk = spawnSync('stat', ['-f', '-c', '%T', tmpdir()], { encoding: 'utf8' }).stdout.trim();
    if (onDisk === 'tmpfs' || onDisk.includes('overlay')) skip(this, `${tmpdir()} is ${onDisk}`);
    await expectMoved(figure, () => write(tmpdir(), 32, true), 32 * MEBIBYTE);
  });

  it('filesystem_used_ratio: a file, an empty file, and a file elsewhere', async function () {
    const mountpoint = folder();
    const { status, stderr } = spawnSync(
      'mount',
      ['-t', 'tmpfs', '-o', 'size=16m,nr_inodes=100', 'none', mountpoint],
      { encoding: 'utf8' },
    );
    if (status !== 0) skip(this, `no filesystem can be mounted: ${stderr}`);
    try {
      const bytes = figureOf(filesystem, 'filesystem_used_ratio', { mountpoint, resource: 'bytes' });
      const inodes = figureOf(filesystem, 'filesystem_used_ratio', { mountpoint, resource: 'inodes' });
      expect(await added(bytes, () => write(folder(), 8, false))).to.equal(0);
      expect(
        await added(bytes, () => writeFileSync(join(mountpoint, 'full'), Buffer.alloc(8 * MEBIBYTE))),
      ).to.equal(0.5);
      const empty = () => {
        for (let i = 0; i < 50; i++) writeFileSync(join(mountpoint, `empty${i}`), '');
      };
      expect(await added(bytes, empty)).to.equal(0);
      expect(await added(inodes, () => rmSync(join(mountpoint, 'full')))).to.be.closeTo(-0.01, 1e-6);
      expect(await inodes()).to.be.closeTo(0.51, 1e-6);
    } finally {
      await run('umount', mountpoint);
    }
  });

  it('forks_total: children, and programs that are run in the place of another', async function () {
    const figure = figureOf(forks, 'forks_total');
    const children = 'for (1 .. 2000) { my $p = fork // die; $p or exit; waitpid $p, 0 }';
    await expectMoved(figure, () => run('perl', '-e', children), 2_000);
    const chain = 'my $n = $ARGV[0]; exit if $n == 0; exec $^X, "-e", $ENV{CODE}, $n - 1';
    const environment = { ...process.env, CODE: chain };
    const execs = () => void spawnSync('perl', ['-e', chain, '200'], { env: environment });
    await expectStill(this, figure, execs, 150);
  });

  describe('in a network of its own', () => {
    let child: ChildProcessWithoutNullStreams | undefined;
    let answers: AsyncIterator<string>;
    let procfs = '';

    const command = async (...lines: readonly string[]) => {
      for (const line of lines) {
        child?.stdin.write(`${line}\n`);
        const { value } = await answers.next();
        if (value !== 'ok') throw new Error(`${line}: ${value ?? 'the process ended'}`);
      }
    };

    before(async function () {
      needsPods.call(this);
      const script = join(ROOT, 'test', 'support', 'pod.pl');
      // Process 1 of a PID namespace is what the exporter takes for the host's own.
      const wrap = ['--fork', '--pid', '--mount-proc', '--net', '--kill-child', 'perl', script];
      child = spawn('unshare', wrap, { stdio: 'pipe' });
      answers = createInterface(child.stdout)[Symbol.asyncIterator]();
      await command('ready', 'up lo', 'tun t0 10.9.0.1');
      const init = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
      procfs = `/proc/${init}/root/proc`;
    });

    after(async () => {
      if (child === undefined) return;
      const ended = new Promise((resolve) => child?.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    });

    it('network_bytes_total and network_packets_total: what crosses the uplink, and what stays on loopback', async () => {
      // Nothing here is physical but what this sysfs says is.
      const sysfs = folder();
      mkdirSync(join(sysfs, 'class', 'net', 't0'), { recursive: true });
      symlinkSync('../../../devices/pci', join(sysfs, 'class', 'net', 't0', 'device'));
      const paths = { procfs, sysfs, rootfs: '/' };
      const values = async () => {
        const { samples } = await extractOnce(network, new NodeViews(paths).open());
        return Object.fromEntries(
          samples.map(({ metric, labels, value }) => [`${metric.name} ${labels['direction']}`, value]),
        );
      };
      const [bytes, packets] = ['kubevigil_network_bytes_total', 'kubevigil_network_packets_total'];
      const before = await values();
      expect(Object.keys(before)).to.have.length(4);
      await command('listen 80 5', 'connect a 127.0.0.1 80', 'accept b 80', 'close a', 'close b');
      expect(await values()).to.deep.equal(before);
      await command('syn 192.0.2.1 10.9.0.1 81 4000', 'syn 192.0.2.1 10.9.0.1 81 4001');
      const after = await values();
      expect((after[`${packets} receive`] ?? 0) - (before[`${packets} receive`] ?? 0)).to.equal(2);
      expect((after[`${bytes} receive`] ?? 0) - (before[`${bytes} receive`] ?? 0)).to.equal(2 * 40);
    });
  });
});
