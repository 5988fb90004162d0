import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { HangGuard } from '../../../../exporter/kernel/hang-guard.ts';
import { Launches } from '../../../../exporter/trace/launches/launches.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const AT_NS = 5e9;
const PROCESS = JSON.stringify({ args: ['sh', '-c', ':'], terminal: false, user: { uid: 7 }, cwd: '/' });
const LAUNCH = { args: ['sh', '-c', ':'], terminal: false, uid: 7, cwd: '/' };

describe('what runtimes were told, as read of them', () => {
  const temporary = temporaryFolder();
  let procfs = '';
  let inContainer: number[] = [];
  let launches: Launches;

  /** A runtime's process, which sees `files` below its root. */
  function runtime(pid: number, ...words: string[]): string {
    const folder = join(procfs, `${pid}`);
    const root = join(folder, 'root');
    mkdirSync(root, { recursive: true });
    symlinkSync('root', join(folder, 'cwd'));
    writeFileSync(join(folder, 'cmdline'), `${['runc', ...words].join('\0')}\0`);
    return root;
  }
  const told = (pid: number, timeNs = AT_NS) => launches.of(pid, timeNs);

  beforeEach(() => {
    procfs = temporary();
    inContainer = [];
    launches = new Launches(procfs, new HangGuard(), (pid) => inContainer.includes(pid));
  });

  it('stands in the file that the runtime was given, from its root or its folder, or on its command line', async () => {
    writeFileSync(join(runtime(11, 'exec', '--process', '/p', 'id'), 'p'), PROCESS);
    writeFileSync(join(runtime(12, 'exec', '--process=p', 'id'), 'p'), PROCESS);
    runtime(13, 'exec', 'id', 'sh', '-c', ':');
    for (const pid of [11, 12, 13]) launches.note(pid, AT_NS);
    expect(await told(11)).to.deep.equal(LAUNCH);
    expect(await told(12)).to.deep.equal(LAUNCH);
    expect(await told(13)).to.deep.equal({ ...LAUNCH, uid: undefined, cwd: undefined });
  });

  it('is not known of what was not seen, is gone, or had the number another time', async () => {
    runtime(11, 'exec', 'id', 'sh');
    expect(await told(11)).to.equal(undefined);
    launches.note(11, AT_NS);
    expect(await told(11, AT_NS + 11e9)).to.equal(undefined);
    expect(await told(11, AT_NS + 1e9)).to.deep.include({ args: ['sh'] });
    launches.note(99, AT_NS);
    expect(await told(99)).to.equal(undefined);
  });

  it('is not asked of what calls itself a runtime in a container', async () => {
    runtime(11, 'exec', 'id', 'sh');
    inContainer = [11];
    launches.note(11, AT_NS);
    expect(await told(11)).to.equal(undefined);
  });

  it('is not read from what is no file, or is too long, and nobody waits for that', async () => {
    const folder = runtime(11, 'exec', '--process', '/fifo', 'id');
    execFileSync('mkfifo', [join(folder, 'fifo')]);
    const long = join(runtime(12, 'exec', '--process', '/long', 'id'), 'long');
    writeFileSync(long, '');
    truncateSync(long, 2_000_000_000);
    runtime(13, 'exec', '--process', '/none', 'id');
    runtime(14, 'exec', 'id', 'x'.repeat(2_000_000));
    for (const pid of [11, 12, 13, 14]) launches.note(pid, AT_NS);
    for (const pid of [11, 12, 13, 14]) expect(await told(pid), `${pid}`).to.equal(undefined);
  });

  it('is forgotten of the oldest first', async () => {
    for (let pid = 1_000; pid < 1_200; pid++) runtime(pid, 'exec', 'id', 'sh');
    for (let pid = 1_000; pid < 3_100; pid++) launches.note(pid, AT_NS);
    expect(await told(1_000)).to.equal(undefined);
    expect(await told(1_199)).to.deep.include({ args: ['sh'] });
  });
});
