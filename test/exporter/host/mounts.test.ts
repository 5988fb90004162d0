import { expect } from 'chai';
import { Unread } from '../../../exporter/base/lines.ts';
import { selectStorage } from '../../../exporter/host/mounts.ts';
import { parseMountinfo } from '../../../exporter/parsers/mountinfo.ts';
import { fixtureHost } from '../../support/fixture-host.ts';

const PATH = 'proc/1/mountinfo';

const storage = (lines: readonly string[], rootPrefix = '') =>
  selectStorage(parseMountinfo(lines.join('\n'), new Unread(PATH)), rootPrefix);

function select(lines: readonly string[], rootPrefix = ''): string[] {
  return storage(lines, rootPrefix).map(({ mountpoint }) => mountpoint);
}

describe('selectStorage', () => {
  it("takes a node's disks and leaves out what containers, network and the kernel add", () => {
    const mounts = parseMountinfo(fixtureHost().read(PATH), new Unread(PATH));
    const found = selectStorage(mounts, '').map(({ mountpoint }) => mountpoint);
    expect(found).to.have.members(['/', '/run', '/boot/efi', '/data disk']);
  });

  it('takes a filesystem once: the whole before a part of it, then the shortest path', () => {
    const bind = ['1 4 8:1 /x /b rw - ext4 /dev/a rw', '2 4 8:1 / /data rw - ext4 /dev/a rw'];
    const subvolumes = ['3 4 8:2 /@home /home rw - btrfs /dev/b rw', '4 0 8:2 /@ / rw - btrfs /dev/b rw'];
    expect(select([...bind, ...subvolumes])).to.deep.equal(['/data', '/']);
  });

  it('takes the mount that hides another', () => {
    const stacked = ['1 0 8:1 / /data rw - ext4 /dev/a rw', '2 0 0:9 / /data rw - nfs4 server:/x rw'];
    expect(select(stacked)).to.deep.equal([]);
  });

  it('leaves out what was hidden by a mount above it, and takes another mount of the same filesystem', () => {
    const root = '1 0 8:1 / / rw - ext4 /dev/a rw';
    const below = '2 1 8:2 / /mnt/a rw - ext4 /dev/b rw';
    const over = '3 1 8:3 / /mnt rw - ext4 /dev/c rw';
    const onTop = '4 3 8:4 / /mnt/a rw - ext4 /dev/d rw';
    const elsewhere = '5 1 8:2 / /else/where rw - ext4 /dev/b rw';
    expect(select([root, below])).to.deep.equal(['/', '/mnt/a']);
    expect(select([root, below, over])).to.deep.equal(['/', '/mnt']);
    expect(select([root, below, over, onTop])).to.deep.equal(['/', '/mnt', '/mnt/a']);
    expect(select([root, below, over, elsewhere])).to.deep.equal(['/', '/mnt', '/else/where']);
  });

  it('keeps a mount when the table does not show what it stands on', () => {
    const unknown = [
      '1 0 8:1 / / rw - ext4 /dev/a rw',
      '9 7 8:2 / /a rw - ext4 /dev/b rw',
      '3 3 8:3 / b rw - xfs c rw',
    ];
    expect(select(unknown)).to.deep.equal(['/', '/a', 'b']);
  });

  it('takes an overlay as a root and nowhere else', () => {
    const overlays = ['1 0 0:1 / / rw - overlay overlay rw', '2 0 0:2 / /merged rw - overlay overlay rw'];
    expect(select(overlays)).to.deep.equal(['/']);
  });

  it("takes only what lies below the root's prefix, and strips it", () => {
    const container = [
      '1 0 0:1 / / rw - overlay overlay rw',
      '2 1 8:1 / /host ro - ext4 /dev/a rw',
      '3 2 8:2 / /host/var rw - ext4 /dev/b rw',
      '4 1 8:3 / /hostile rw - ext4 /dev/c rw',
    ];
    expect(select(container, '/host')).to.deep.equal(['/', '/var']);
  });

  it("takes the host's own paths as they are when process 1 is the host's", () => {
    expect(select(['1 0 8:1 / / rw - ext4 /dev/a rw'], '/host')).to.deep.equal(['/']);
  });

  it('leaves out folders that were deleted below their mount', () => {
    expect(select(['1 0 8:1 / /gone//deleted rw - ext4 /dev/a rw'])).to.deep.equal([]);
  });

  for (const type of [
    'nfs',
    'nfs4',
    'cifs',
    'smb3',
    'ceph',
    'fuse.sshfs',
    'fuse',
    '9p',
    'squashfs',
    'proc',
  ]) {
    it(`leaves out ${type}`, () => expect(select([`1 0 0:7 / /x rw - ${type} x rw`])).to.deep.equal([]));
  }

  for (const type of ['ext4', 'xfs', 'btrfs', 'vfat', 'zfs', 'tmpfs', 'fuseblk', 'f2fs', 'virtiofs']) {
    it(`takes ${type}`, () => expect(select([`1 0 0:7 / /x rw - ${type} x rw`])).to.deep.equal(['/x']));
  }

  it('asks directly what counts in memory, where no server is on the way, and the root', () => {
    const mounts = [
      '1 0 0:1 / / rw - xfs /dev/a rw',
      '2 1 0:2 / /run rw - tmpfs tmpfs rw',
      '3 1 0:3 / /data rw - ext4 /dev/b rw',
      '4 1 0:4 / /far rw - nfs4 server:/x rw',
      '5 4 0:5 / /far/near rw - ext4 /dev/c rw',
      '6 1 0:6 / /farther rw - ext4 /dev/d rw',
      '7 1 0:7 / /other rw - xfs /dev/e rw',
    ];
    const direct = storage(mounts).filter(({ isDirect }) => isDirect);
    expect(direct.map(({ mountpoint }) => mountpoint)).to.deep.equal(['/', '/run', '/data', '/farther']);
    expect(select(mounts)).to.include.members(['/far/near', '/other']);
  });
});
