import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { KeptFiles } from '../../../exporter/kernel/kept-files.ts';
import { KernelTexts } from '../../../exporter/kernel/kernel-texts.ts';
import { ROOT } from '../../support/paths.ts';
import { skip } from '../../support/skip.ts';
import { temporaryPaths } from '../../support/temporary.ts';

/** How many files this process has open at a path. */
function openAt(path: string): number {
  const targets = readdirSync('/proc/self/fd').map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      return ''; // the folder's own
    }
  });
  return targets.filter((target) => target === path).length;
}

describe('KernelTexts', () => {
  const path = temporaryPaths();
  let texts: KernelTexts;

  beforeEach(() => {
    texts = new KernelTexts('/proc', new KeptFiles('/proc'));
    texts.beginPass();
  });

  afterEach(() => texts.close());

  it('opens a file of the kernel once, and reads it anew each time', async () => {
    const first = texts.text('/proc/uptime', 'proc/uptime');
    texts.beginPass();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(texts.text('/proc/uptime', 'proc/uptime')).not.to.equal(first);
    expect(texts.piece('/proc/uptime', 'proc/uptime')).to.match(/^\d+\.\d+ \d+\.\d+\n$/);
    expect(openAt('/proc/uptime')).to.equal(1);
    texts.close();
    expect(openAt('/proc/uptime')).to.equal(0);
  });

  it('closes what nobody reads any more', () => {
    texts.text('/proc/uptime', 'proc/uptime');
    texts.text('/proc/version', 'proc/version');
    for (let pass = 0; pass < 10; pass++) {
      texts.beginPass();
      texts.text('/proc/version', 'proc/version');
    }
    expect([openAt('/proc/uptime'), openAt('/proc/version')]).to.deep.equal([0, 1]);
  });

  it('keeps no file of another filesystem, so that one that was replaced is read', () => {
    const file = path('stat');
    writeFileSync(file, 'first');
    expect(texts.text(file, 'proc/stat')).to.equal('first');
    expect(openAt(file)).to.equal(0);
    writeFileSync(path('other'), 'second');
    renameSync(path('other'), file);
    expect(texts.text(file, 'proc/stat')).to.equal('second');
  });

  it('says that what a kept file was about is gone', async () => {
    const child = spawn('sleep', ['60']);
    const file = `/proc/${child.pid}/comm`;
    expect(texts.text(file, 'proc/<pid>/comm')).to.be.a('string');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(() => texts.text(file, 'proc/<pid>/comm'))
      .to.throw()
      .that.includes({ code: 'absent' });
    expect(openAt(file)).to.equal(0);
  });

  it('keeps nothing open where it may not', () => {
    const procfs = path('proc');
    mkdirSync(join(procfs, 'self'), { recursive: true });
    writeFileSync(
      join(procfs, 'self', 'limits'),
      'Max open files            64                64               files     \n',
    );
    const poor = new KernelTexts(procfs, new KeptFiles(procfs));
    expect(poor.text('/proc/version', 'proc/version')).to.contain('Linux');
    expect(openAt('/proc/version')).to.equal(0);
  });

  it('reads a cgroup that took the name of one that is gone', function () {
    const folder = cgroupFolder(this);
    const read = () => texts.piece(join(folder, 'cgroup.procs'), 'cgroup.procs');
    try {
      expect(read()).to.equal('');
      rmdirSync(folder);
      expect(read).to.throw().that.includes({ code: 'absent' });
      mkdirSync(folder);
      expect(read()).to.equal('');
      rmdirSync(folder);
      mkdirSync(folder);
      expect(read()).to.equal('');
      expect(openAt(join(folder, 'cgroup.procs'))).to.equal(1);
    } finally {
      rmdirSync(folder);
    }
  });

  it('reads what was mounted over a kept file', function () {
    writeFileSync(path('version'), 'mounted\n');
    const script = join(ROOT, 'dist', 'test', 'support', 'print-mounted-main.js');
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['--mount', process.execPath, script, path('version')],
      { encoding: 'utf8' },
    );
    if (status !== 0) skip(this, `needs a mount namespace: ${stderr}`);
    const words = stdout.split('\n').map((line) => line.split(' ')[0]);
    expect(words).to.deep.equal(['Linux', 'mounted', 'Linux', '']);
  });
});

/** A new cgroup of the v2 hierarchy, wherever that is mounted. */
function cgroupFolder(context: Mocha.Context): string {
  const mount = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, , type]) => type === 'cgroup2');
  if (mount?.[1] === undefined) skip(context, 'there is no cgroup v2');
  const folder = join(mount[1], `kubevigil-test-texts-${process.pid}`);
  try {
    mkdirSync(folder);
  } catch (error) {
    skip(context, `needs to make a cgroup: ${error}`);
  }
  return folder;
}
