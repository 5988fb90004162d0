import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { SourceError } from '../../../exporter/base/errors.ts';
import { openHostFiles } from '../../../exporter/files/host-files.ts';
import { type Found, followLinks, targetNow } from '../../../exporter/host/links.ts';
import { HangGuard } from '../../../exporter/kernel/hang-guard.ts';
import { skip } from '../../support/skip.ts';
import { temporaryPaths } from '../../support/temporary.ts';

type Tree = Readonly<Record<string, Found>>;

function follow(tree: Tree, path: string, last = true): string | undefined {
  const steps = followLinks(path, last);
  let step = steps.next();
  while (step.done !== true) step = steps.next(tree[step.value]);
  return step.value;
}

const to = (target: string) => ({ target });

describe('following links within a root', () => {
  const TREE: Tree = {
    '/etc': 'folder',
    '/etc/pam': to('/etc/auth/pam'),
    '/etc/auth': 'folder',
    '/etc/auth/pam': 'other',
    '/etc/static': to('/nix/etc'),
    '/nix': 'folder',
    '/nix/etc': 'folder',
    '/nix/etc/ssh': to('../store/../store/ssh'),
    '/nix/store': 'folder',
    '/nix/store/ssh': 'other',
    '/up': to('../../../../etc/pam'),
    '/a': to('/b'),
    '/b': to('a'),
    '/root': to('/'),
    '/gone': to('/nowhere/x'),
  };
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['/', '/'],
    ['/etc/auth/pam', '/etc/auth/pam'],
    ['/etc/pam', '/etc/auth/pam'],
    ['/etc/static/ssh', '/nix/store/ssh'],
    ['/up', '/etc/auth/pam'],
    ['/../../etc/pam', '/etc/auth/pam'],
    ['//etc/./pam', '/etc/auth/pam'],
    ['/etc/pam/', undefined],
    ['/root/', '/'],
    ['/root/root/etc/pam', '/etc/auth/pam'],
    ['/etc/new', '/etc/new'],
    ['/gone', undefined],
    ['/etc/auth/pam/x', undefined],
    ['/nowhere/../etc/pam', undefined],
  ];
  for (const [path, expected] of cases) {
    it(`${path} leads to ${expected}`, () => expect(follow(TREE, path)).to.equal(expected));
  }

  it('leaves a link at the end as it is where the link itself is meant', () => {
    expect(follow(TREE, '/etc/static/ssh', false)).to.equal('/nix/etc/ssh');
    expect(follow(TREE, '/a', false)).to.equal('/a');
  });

  it('ends in a circle, with one error', () => {
    expect(() => follow(TREE, '/a')).to.throw(SourceError, '/a: more than 40 links (ELOOP)');
    expect(() => follow(TREE, '/a/x')).to.throw(SourceError, '/a/x: more than 40 links (ELOOP)');
  });

  it('is bounded, whatever links say', () => {
    const part = fc.constantFrom('a', 'b', '..', '.', '');
    const path = fc.array(part, { maxLength: 6 }).map((parts) => `/${parts.join('/')}`);
    const found = fc.oneof(fc.constantFrom('folder', 'other', undefined), path.map(to));
    fc.assert(
      fc.property(path, fc.array(found, { maxLength: 60 }), (asked, answers) => {
        const steps = followLinks(asked, true);
        try {
          let step = steps.next();
          let count = 0;
          for (; step.done !== true; step = steps.next(answers[count++] ?? to('/a/b/../a'))) {
            expect(step.value).to.match(/^(\/[ab])+$/);
            expect(count).to.be.below(600);
          }
        } catch (error) {
          expect(error).to.be.instanceOf(SourceError);
        }
      }),
    );
  });

  describe('compared with the kernel in a root of its own', () => {
    const at = temporaryPaths();
    /** Prints device and inode of what each path of standard input leads to in that root, or why to nothing. */
    const SCRIPT =
      'my @p=<STDIN>; chroot $ARGV[0] or die $!; chdir "/"; ' +
      'for (@p) { chomp; my @s=stat $_; print @s ? "$s[0]:$s[1]\n" : "$!{ELOOP}" ? "loop\n" : "none\n" }';
    const inRoot = (root: string, paths: readonly string[]) =>
      execFileSync('perl', ['-MErrno', '-e', SCRIPT, root], {
        input: paths.map((path) => `${path}\n`).join(''),
      })
        .toString()
        .trimEnd()
        .split('\n');
    const what = (target: string | undefined) => {
      const stat = target === undefined ? undefined : lstatSync(target, { throwIfNoEntry: false });
      return stat === undefined ? 'none' : `${stat.dev}:${stat.ino}`;
    };
    const ours = (find: () => string | undefined) => {
      try {
        return what(find());
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        return 'loop';
      }
    };
    /** By what remembers folders from one path to the next; a link at the end as who watches it looks at it. */
    const inOneLook = async (root: string, paths: readonly string[]) => {
      const hostPaths = openHostFiles(root, new HangGuard()).paths.forOneLook();
      const found: string[] = [];
      for (const path of paths) {
        try {
          const own = await hostPaths.own(path);
          found.push(own !== undefined && isLink(own) ? what(await hostPaths.target(path)) : what(own));
        } catch (error) {
          if (!(error instanceof SourceError)) throw error;
          found.push('loop');
        }
      }
      return found;
    };

    const name = fc.constantFrom('a', 'b', 'c');
    const step = fc.oneof(
      { weight: 4, arbitrary: name },
      { weight: 1, arbitrary: fc.constantFrom('..', '.', '') },
    );
    const path = fc.array(step, { minLength: 1, maxLength: 5 }).map((steps) => `/${steps.join('/')}`);
    const target = fc.oneof(
      path,
      fc.array(step, { minLength: 1, maxLength: 4 }).map((steps) => steps.join('/') || '.'),
    );
    const entry = fc.record({
      path: fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/')),
      what: fc.oneof(fc.constantFrom('folder', 'file'), target.map(to)),
    });

    it('leads where the kernel leads', async function () {
      this.slow(5_000);
      if (process.getuid?.() !== 0) skip(this, 'chroot(2) needs root');
      await fc.assert(
        fc.asyncProperty(
          fc.array(entry, { maxLength: 9 }),
          fc.array(path, { minLength: 1, maxLength: 12 }),
          async (entries, paths) => {
            const root = at('r');
            rmSync(root, { recursive: true, force: true });
            mkdirSync(root);
            for (const { path: where, what } of entries) {
              try {
                // Made by the paths as they are written: what a link in between leads to would lie elsewhere.
                if (where.split('/').some((_, i, all) => i > 0 && isLink(at('r', ...all.slice(0, i)))))
                  continue;
                mkdirSync(at('r', ...where.split('/').slice(0, -1)), { recursive: true });
                if (what === 'folder') mkdirSync(at('r', where));
                else if (what === 'file') writeFileSync(at('r', where), '');
                else symlinkSync(what.target, at('r', where));
              } catch {
                // Something is there already, or a file is on the way.
              }
            }
            const asked = [...paths, ...entries.map((each) => `/${each.path}`)];
            const kernels = inRoot(root, asked);
            expect(asked.map((each) => ours(() => targetNow(root, each)))).to.deep.equal(kernels);
            expect(await inOneLook(root, asked)).to.deep.equal(kernels);
          },
        ),
        { numRuns: 100 },
      );
    });
  });
});

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}
