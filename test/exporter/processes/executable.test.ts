import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { HangGuard } from '../../../exporter/kernel/hang-guard.ts';
import { CarefulStat } from '../../../exporter/processes/careful-stat.ts';
import { executableKind } from '../../../exporter/processes/executable.ts';
import { skip } from '../../support/skip.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe('executableKind', () => {
  const newFolder = temporaryFolder();

  /** A process's folder of /proc, with links to a file below `base` and to a root. */
  function kindOf(file: string, root: string, base: string) {
    const folder = newFolder();
    mkdirSync(join(base, file, '..'), { recursive: true });
    writeFileSync(join(base, file), '');
    symlinkSync(join(base, file), join(folder, 'exe'));
    symlinkSync(root === '/' ? '/' : join(base, root), join(folder, 'root'));
    return executableKind(folder, 'proc/1', new CarefulStat(new HangGuard()).stat);
  }

  // The folder of tests lies in a temporary folder itself.
  it('sees a temporary folder from the process’s own root, and from outside of it', () => {
    const base = newFolder();
    expect(kindOf('merged/usr/bin/x', 'merged', base), 'a folder of the tests').to.equal('temp_exe');
    expect(kindOf('jail/bin/x', '/', base)).to.equal('temp_exe');
  });

  it('is not misled by a folder of that name elsewhere, and looks into a root', function () {
    if (process.getuid?.() !== 0) skip(this, 'only root can write outside of temporary folders');
    const base = '/var/lib/kubevigil-test-executable';
    try {
      expect(kindOf('data/tmp/x', '/', base)).to.equal(undefined);
      expect(kindOf('merged/usr/bin/x', 'merged', base)).to.equal(undefined);
      expect(kindOf('merged/tmp/x', 'merged', base)).to.equal('temp_exe');
    } finally {
      rmSync(base, { recursive: true, force: true });
    }
  });
});
