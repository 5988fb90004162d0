import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';
import { MountWatch } from '../../../exporter/kernel/mount-watch.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const MOUNT = '22 1 254:0 / / rw - ext4 /dev/vda rw\n';

describe('MountWatch', () => {
  const path = temporaryPaths();
  const mountinfo = () => path('proc', 'self', 'mountinfo');
  let watch: MountWatch;

  beforeEach(() => {
    mkdirSync(dirname(mountinfo()), { recursive: true });
    watch = new MountWatch(path('proc'));
  });

  it('tells a change from none, also far down in a long table', () => {
    const before = MOUNT.repeat(5_000);
    writeFileSync(mountinfo(), before);
    expect([watch.changed(), watch.changed(), watch.changed()]).to.deep.equal([true, false, false]);
    writeFileSync(mountinfo(), `${before.slice(0, -2)}o\n`);
    expect([watch.changed(), watch.changed()]).to.deep.equal([true, false]);
    writeFileSync(mountinfo(), before + MOUNT);
    expect(watch.changed()).to.equal(true);
  });

  it('takes what it cannot see for a change, every time', () => {
    writeFileSync(mountinfo(), MOUNT);
    watch.changed();
    rmSync(mountinfo());
    expect([watch.changed(), watch.changed()]).to.deep.equal([true, true]);
  });

  it("reads this process's own", () => {
    const own = new MountWatch('/proc');
    expect(own.changed()).to.equal(true);
  });
});
