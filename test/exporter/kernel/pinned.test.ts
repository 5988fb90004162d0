import { closeSync, mkdirSync } from 'node:fs';
import { expect } from 'chai';
import { Unread } from '../../../exporter/base/lines.ts';
import { MountBook } from '../../../exporter/host/mount-book.ts';
import { localOverlays } from '../../../exporter/host/overlay-layers.ts';
import { mountOf, pin, someMayWait } from '../../../exporter/kernel/pinned.ts';
import { parseMountinfo } from '../../../exporter/parsers/mountinfo.ts';
import { temporaryPaths } from '../../support/temporary.ts';

describe('places that are looked at without asking their filesystem', () => {
  const at = temporaryPaths();

  // Names as FUSE, NFS, 9p, cifs and ceph give them, and such as disks have.
  const cases = [
    { names: ['8:0', '253:1', '7:3', 'btrfs-2', 'mtd-0', '8:17-fuseblk', 'ubifs_0_0'], waits: false },
    { names: [], waits: false },
    { names: ['8:0', '0:45-fuse'], waits: true },
    { names: ['0:52'], waits: true },
    { names: ['9p-1'], waits: true },
    { names: ['cifs-3', '8:0'], waits: true },
    { names: ['ceph-1'], waits: true },
    { names: ['something new'], waits: true },
  ];
  for (const { names, waits } of cases) {
    it(`${waits ? 'have' : 'have no'} server to wait for among ${names.join(', ') || 'none'}`, () => {
      for (const name of names) mkdirSync(at('bdi', name), { recursive: true });
      mkdirSync(at('bdi'), { recursive: true });
      expect(someMayWait(at('bdi'))).to.equal(waits);
    });
  }

  it('may have one where that is not told', () => expect(someMayWait(at('nowhere'))).to.equal(true));

  it('are known by their mount, and what no table lists may be anything', () => {
    const book = new MountBook();
    const descriptor = pin('/proc/self/exe');
    try {
      const device = book.deviceOf(mountOf(descriptor), '/proc/self');
      expect(device.id).to.match(/^\d+:\d+$/);
      expect(device.isLocal).to.equal(true);
    } finally {
      closeSync(descriptor);
    }
    expect(book.deviceOf('987654321', '/proc/self')).to.deep.equal({ id: 'mount 987654321', isLocal: false });
    expect(book.deviceOf(undefined, '/proc/self').isLocal).to.equal(false);
  });

  const TABLE = [
    '20 1 254:0 / / rw - ext4 /dev/vda rw',
    '21 20 0:45 / /var/lib/stargz/2/fs rw - fuse.rawBridge stargz rw',
    '22 20 0:50 / /run/a/rootfs rw - overlay overlay rw,lowerdir=/var/lib/c/2/fs:/var/lib/c/1/fs,upperdir=/var/lib/c/3/fs,workdir=/var/lib/c/3/work',
    '23 20 0:51 / /run/b/rootfs rw - overlay overlay rw,lowerdir=/var/lib/stargz/2/fs:/var/lib/c/1/fs,upperdir=/var/lib/c/4/fs,workdir=/x',
    '24 20 0:52 / /run/c/rootfs rw - overlay overlay rw,lowerdir=2/fs:1/fs,upperdir=/var/lib/c/4/fs,workdir=/x',
    '25 20 0:53 / /run/d/rootfs ro - overlay overlay ro,lowerdir+=/var/lib/c/1/fs,lowerdir+=/var/lib/stargz/2/fs/x',
  ].join('\n');
  const stacks: Readonly<Record<string, boolean>> = {
    '0:50': true,
    '0:51': false,
    '0:52': false,
    '0:53': false,
    '0:54': false,
  };
  for (const [device, isLocal] of Object.entries(stacks)) {
    it(`${isLocal ? 'lie' : 'may not lie'} on this machine's disks in overlay ${device}`, () => {
      expect(localOverlays(TABLE, parseMountinfo(TABLE, new Unread('t'))).has(device)).to.equal(isLocal);
    });
  }
});
