import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from '../../support/paths.ts';
import { skip } from '../../support/skip.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const PRINT = join(ROOT, 'dist', 'test', 'support', 'print-filesystems-main.js');
const DEVICE = /\d+:\d+/g;

/** Mounts things as a host that is process 1, looks at them in a mount namespace of the agent's own. */
describe('filesystems as the host has them, and as the agent sees them', () => {
  const at = temporaryPaths();

  /** What the extractor finds after `host` ran in the host's namespace and `own` in the agent's; `$D` is the folder. */
  const look = (host: string, own = 'true', rootfs = '/') => {
    const inner = `set -e; ${own}; exec "$NODE" "$PRINT" "${rootfs === '/' ? '$D' : ''}" "${rootfs}"`;
    const outer = `set -e; ${host}; unshare --mount sh -c '${inner}'`;
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['--mount', '--pid', '--fork', '--mount-proc', '--kill-child', 'sh', '-c', outer],
      { encoding: 'utf8', env: { ...process.env, D: at(), NODE: process.execPath, PRINT } },
    );
    if (status !== 0) throw new Error(stderr);
    const { mounts, errors } = JSON.parse(stdout) as { mounts: Record<string, number>; errors: string[] };
    return { mounts, errors: errors.map((text) => text.replace(DEVICE, 'DEVICE')) };
  };
  const TMPFS = (path: string, filledMiB: number) =>
    `mkdir -p $D/${path}; mount -t tmpfs -o size=10m none $D/${path}; dd if=/dev/zero of=$D/${path}/f bs=1M count=${filledMiB} status=none`;
  const IMAGE = (mkfs: string, path: string) =>
    `truncate -s 200M $D/${path}.img; ${mkfs} $D/${path}.img >&2; mkdir -p $D/${path}; mount -o loop $D/${path}.img $D/${path}`;
  const OTHER = (path: string) =>
    `unreadable ${path}: what is seen here is another filesystem (DEVICE) than the host's (DEVICE)`;

  before(function () {
    const { status, stderr } = spawnSync(
      'unshare',
      ['--mount', '--pid', '--fork', '--mount-proc', 'mount', '-t', 'tmpfs', 'none', '/mnt'],
      { encoding: 'utf8' },
    );
    if (status !== 0) skip(this, `no mount namespace can be had: ${stderr}`);
  });

  it("are the host's where both see the same", () => {
    expect(look(`${TMPFS('a', 5)}; mkdir $D/b; mount --bind $D/a $D/b`)).to.deep.equal({
      mounts: { '/a': 50 },
      errors: [],
    });
  });

  it("are not mistaken for the agent's own mount over one (ProtectHome, PrivateTmp)", () => {
    const host = `${TMPFS('home', 5)}; ${TMPFS('srv', 2)}`;
    expect(look(host, 'mount -t tmpfs -o ro,size=64k,mode=000 none $D/home')).to.deep.equal({
      mounts: { '/srv': 20 },
      errors: [OTHER('/home')],
    });
    expect(look(host, 'mount -t tmpfs none $D')).to.deep.equal({
      mounts: {},
      errors: [
        'unreadable /home: mounted, but not seen from here',
        'unreadable /srv: mounted, but not seen from here',
      ],
    });
  });

  it('are not those below a mount that did not reach the agent', () => {
    const host = `mkdir -p $D/home; mkfifo $D/go $D/gone; mount --make-rprivate /; (read x <$D/go; ${TMPFS('home', 5)}; echo >$D/gone) & true`;
    expect(look(host, 'echo >$D/go; read x <$D/gone')).to.deep.equal({
      mounts: {},
      errors: [OTHER('/home')],
    });
  });

  it('hidden by a later mount, on the same path or above, are left out', () => {
    const host = `${TMPFS('over', 5)}; mount -t tmpfs none $D/over; ${TMPFS('up/below', 5)}; mount -t tmpfs none $D/up; mkdir $D/up/below`;
    expect(look(host)).to.deep.equal({ mounts: { '/over': 0, '/up': 0 }, errors: [] });
  });

  it('below a mount that came first are there', () => {
    expect(look(`${TMPFS('up', 1)}; ${TMPFS('up/below', 5)}`).mounts).to.deep.equal({
      '/up': 10,
      '/up/below': 50,
    });
  });

  it('are found on ext4', function () {
    if (spawnSync('mkfs.ext4', ['-V']).status !== 0) skip(this, 'no mkfs.ext4');
    const { mounts, errors } = look(IMAGE('mkfs.ext4 -q', 'disk'));
    expect([Object.keys(mounts), errors]).to.deep.equal([['/disk'], []]);
    const hidden = look(IMAGE('mkfs.ext4 -q', 'disk'), 'mount -t tmpfs none $D/disk');
    expect(hidden).to.deep.equal({ mounts: {}, errors: [OTHER('/disk')] });
  });

  it('are found on an overlay that is the root', () => {
    const host = `mkdir -p $D/lower/proc $D/o; mount -t tmpfs none $D/o; mkdir $D/o/up $D/o/work; mkdir $D/root; mount -t overlay -o lowerdir=$D/lower,upperdir=$D/o/up,workdir=$D/o/work overlay $D/root`;
    const outer = look(host, 'true', at('root'));
    expect([Object.keys(outer.mounts), outer.errors]).to.deep.equal([['/'], []]);
  });

  it('are found on btrfs, whose files have device numbers of their own', function () {
    if (spawnSync('mkfs.btrfs', ['-V']).status !== 0) skip(this, 'no mkfs.btrfs');
    const subvolumes =
      'btrfs -q subvolume create $D/disk/@ >&2; btrfs -q subvolume create $D/disk/@home >&2; umount $D/disk; mkdir $D/top; mount -o loop,subvol=@ $D/disk.img $D/top; mkdir $D/top/home; mount -o loop,subvol=@home $D/disk.img $D/top/home';
    const host = `${IMAGE('mkfs.btrfs -q', 'disk')}; ${subvolumes}`;
    const { mounts, errors } = look(host);
    expect([Object.keys(mounts), errors]).to.deep.equal([['/top'], []]);
    const again = host.replaceAll('$D/', '$D/b/').replace('truncate', 'mkdir $D/b; truncate');
    expect(look(again, 'mount -t tmpfs none $D/b/top').errors).to.deep.equal([OTHER('/b/top')]);
  });
});
