import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalPath, leadsThroughFolder } from '../../../../exporter/trace/paths/canonical-path.ts';
import { absolutePath } from '../../../../exporter/trace/paths/exec-path.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const SPELLINGS: readonly (readonly [path: string, canonical: string])[] = [
  ['/tmp/x', '/tmp/x'],
  ['//tmp/x', '/tmp/x'],
  ['/tmp//x', '/tmp/x'],
  ['///tmp///x', '/tmp/x'],
  ['/./tmp/./x', '/tmp/x'],
  ['/usr/../tmp/x', '/tmp/x'],
  ['/../../tmp/x', '/tmp/x'],
  ['/tmp/d/../x', '/tmp/x'],
  ['/tmp/.hidden', '/tmp/.hidden'],
  ['/tmp/..x/x', '/tmp/..x/x'],
  ['/tmp/x/', '/tmp/x'],
  ['/proc/self/root/tmp/x', '/tmp/x'],
  ['/proc/1/root/tmp/x', '/tmp/x'],
  ['/proc/thread-self/root/tmp/x', '/tmp/x'],
  ['/proc/12/task/13/root/tmp/x', '/tmp/x'],
  ['/proc/self/root/proc/self/root/tmp/x', '/tmp/x'],
  ['/proc/self/root/../tmp/x', '/tmp/x'],
  ['//proc//self//root//tmp/x', '/tmp/x'],
  ['/proc/self/cwd/x', '/srv/x'],
  ['/proc/self/cwd/../tmp/x', '/tmp/x'],
  ['/proc/12/task/13/cwd/./x', '/srv/x'],
  ['/proc/self/fd/3', '/proc/self/fd/3'],
  ['/proc/self/task/9/fd/3', '/proc/self/fd/3'],
  ['/proc/thread-self/fd/3', '/proc/thread-self/fd/3'],
  ['//dev/fd/3', '/dev/fd/3'],
  ['/dev/./fd/3', '/dev/fd/3'],
  ['/dev/stdin', '/dev/fd/0'],
  ['/dev/fd/../root/tmp/x', '/tmp/x'],
  ['/dev/fd/../cwd/x', '/srv/x'],
  ['/dev/fd/../../self/root/tmp/x', '/tmp/x'],
  ['/dev/shm/../shm/x', '/dev/shm/x'],
  ['/proc/self/exe', '/proc/self/exe'],
  ['/proc/sys/root/x', '/proc/sys/root/x'],
  ['/', '/'],
];

describe('canonicalPath', () => {
  for (const [path, canonical] of SPELLINGS)
    it(`is ${canonical} of ${path}`, () => expect(canonicalPath(path, '/srv')).to.equal(canonical));

  it('leaves a path through a working directory that is not known', () => {
    expect(canonicalPath('//proc/self/cwd/../x')).to.equal('/proc/self/cwd/../x');
  });

  it('does not tell what lies below an open folder, which the executable does', () => {
    for (const path of [
      '/proc/self/fd/3/x',
      '/proc/7/task/8/fd/3/d/x',
      '//proc/self/fd/3/../x',
      '/dev/fd/../fd/3/x',
      '/dev/fd/3/x',
      '/dev//fd/3/./x',
      '/dev/fd/3/../x',
    ]) {
      expect(leadsThroughFolder(path), path).to.equal(true);
      expect(absolutePath(path, { executable: undefined, workingDirectory: '/srv' }), path).to.equal(
        undefined,
      );
      expect(absolutePath(path, { executable: '/tmp/x', workingDirectory: '/srv' }), path).to.equal('/tmp/x');
    }
    for (const path of ['/proc/self/fd/3', '/dev/fd/3', '/tmp/fd/3/x', '/proc/sys/fd/3/x'])
      expect(leadsThroughFolder(path), path).to.equal(false);
  });

  it('is the same for every spelling of a path', () => {
    const name = fc.stringMatching(/^[a-z.]{1,3}$/).filter((text) => text !== '.' && text !== '..');
    const plain = fc
      .array(name, { minLength: 1, maxLength: 4 })
      .filter(([first]) => first !== 'proc' && first !== 'dev');
    /** What may stand before any part and leads nowhere else. */
    const detour = fc.constantFrom('/', '//', '/./', '/q/../', '/./q/.././/', '///');
    const prefix = fc.constantFrom(
      '',
      '/proc/self/root',
      '/proc/1/root',
      '/proc/7/task/8/root',
      '/..',
      '//proc/self/root/proc/2/root',
    );
    fc.assert(
      fc.property(
        plain,
        fc.array(detour, { minLength: 4, maxLength: 4 }),
        prefix,
        (parts, detours, before) => {
          const spelt = parts.map((part, i) => `${detours[i]}${part}`).join('');
          expect(canonicalPath(`${before}${spelt}`)).to.equal(`/${parts.join('/')}`);
        },
      ),
    );
  });

  it('is what the kernel makes of it where there are no links, and never changes again', () => {
    const folder = temporaryFolderPath();
    mkdirSync(join(folder, 'a/b/c'), { recursive: true });
    writeFileSync(join(folder, 'a/b/c/d'), '');
    symlinkSync('..', join(folder, 'a/up'));
    const step = fc.constantFrom('.', '..', 'a', 'b', 'c', '', 'd');
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const path = `${folder}/${steps.join('/')}`;
        const canonical = canonicalPath(path);
        expect(canonicalPath(canonical)).to.equal(canonical);
        try {
          expect(canonical).to.equal(realpathSync.native(path));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === undefined) throw error;
        }
      }),
    );
  });

  const temporaryFolderPath = temporaryFolder();
});
