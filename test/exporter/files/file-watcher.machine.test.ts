import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { SourceError } from '../../../exporter/base/errors.ts';
import { FileWatcher } from '../../../exporter/files/file-watcher.ts';
import { openHostFiles } from '../../../exporter/files/host-files.ts';
import { type Device, HangGuard } from '../../../exporter/kernel/hang-guard.ts';
import { parseRules } from '../../../exporter/rules/parse-rules.ts';
import { RuleSet } from '../../../exporter/rules/rule-set.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { deadMount } from '../../support/dead-mount.ts';
import { ROOT } from '../../support/paths.ts';
import { skip } from '../../support/skip.ts';
import { temporaryPaths } from '../../support/temporary.ts';

function rulesOf(paths: readonly string[], condition = 'true'): RuleSet {
  const rule = {
    name: 'x',
    on: 'file',
    severity: 'info',
    mitre: 'T1053',
    description: 'd',
    condition,
    paths,
  };
  return new RuleSet(parseRules(JSON.stringify({ rules: [rule] }), 'f').rules);
}

const MOUNTINFO = '/proc/self/mountinfo';

for (const direct of [false, true]) {
  describe(`files: watching, ${direct ? 'local paths looked at directly' : 'mounts unknown'}`, () => {
    const at = temporaryPaths();

    /** A watcher of a folder as if it were the host's root; each look gives the count and the errors' codes. */
    async function watch(paths: readonly string[], condition?: string, guard = new HangGuard()) {
      const files = openHostFiles(at(), guard);
      const watcher = new FileWatcher(files);
      const rules = rulesOf(paths, condition);
      const [rule] = rules.on('file');
      const look = async () => {
        if (direct) files.looker.noteMounts(readFileSync(MOUNTINFO, 'utf8'), MOUNTINFO);
        const errors = await watcher.look(rules);
        return [rule && watcher.count(rule), ...errors.map(({ code }) => code)];
      };
      expect((await look())[0]).to.be.oneOf([0, undefined]);
      return look;
    }

    const file = () => at('f');
    const write = (name: string, text: string) => writeFileSync(at(name), text);
    const replaceBy = (text: string) => {
      write('n', text);
      renameSync(at('n'), file());
    };
    const insteadOf = (make: () => void) => () => {
      unlinkSync(file());
      make();
    };
    const setTimes = () => utimesSync(file(), 1, 1);
    const changes: readonly (readonly [what: string, steps: readonly (() => void)[], count: number])[] = [
      ['its content', [() => appendFileSync(file(), 'x')], 1],
      ['its content, with the same size and time', [() => write('f', 'b'), setTimes], 1],
      ['its mode', [() => chmodSync(file(), 0o4755)], 1],
      ['mode and content at once', [() => appendFileSync(file(), 'x'), () => chmodSync(file(), 0o755)], 1],
      ['another file renamed over it', [() => replaceBy('b')], 1],
      ['its deletion', [() => unlinkSync(file())], 1],
      ['a link in its place', [insteadOf(() => symlinkSync('/etc/passwd', file()))], 1],
      ['a folder in its place', [insteadOf(() => mkdirSync(file()))], 1],
      ['a FIFO in its place', [insteadOf(() => execFileSync('mkfifo', [file()]))], 1],
      ['a huge file in its place', [() => truncateSync(file(), 2 ** 40)], 1],
      ['nothing', [], 0],
      ['its times only', [setTimes], 0],
      ['the same file written anew', [() => replaceBy('a')], 0],
      ['another file', [() => write('g', 'a')], 0],
    ];
    for (const [what, steps, expected] of changes) {
      it(`counts ${expected === 0 ? 'no change' : 'one change'}: ${what}`, async () => {
        write('f', 'a');
        chmodSync(file(), 0o644);
        setTimes();
        const look = await watch(['/f']);
        for (const step of steps) step();
        expect(await look()).to.deep.equal([expected]);
        expect(await look()).to.deep.equal([expected]);
      });
    }

    const put = (name: string, text: string) => {
      mkdirSync(dirname(at(name)), { recursive: true });
      writeFileSync(at(name), text);
    };
    const link = (name: string, target: string) => {
      mkdirSync(dirname(at(name)), { recursive: true });
      rmSync(at(name), { force: true });
      symlinkSync(target, at(name));
    };
    /** Links as distributions have them: one, a chain, a folder on the way, one that climbs out of the root. */
    const ways: Readonly<Record<string, () => void>> = {
      'an absolute link': () => link('etc/f', '/real/f'),
      'a relative link': () => link('etc/f', '../real/f'),
      'a link that climbs above the root': () => link('etc/f', '../../../../../../real/f'),
      'a chain of links': () => {
        link('etc/f', '/etc/static/f');
        link('etc/static', '/nix/etc');
        link('nix/etc/f', '../store/f');
        link('nix/store', '/real');
      },
      'a folder that is a link': () => link('etc', '/real'),
    };
    const throughLinks: readonly (readonly [what: string, step: () => void, count: number])[] = [
      ['its target’s content', () => put('real/f', 'b'), 1],
      ['its target’s mode', () => chmodSync(at('real/f'), 0o4755), 1],
      ['its target renamed over', () => renameSync(at('n'), at('real/f')), 1],
      ['its target’s deletion', () => unlinkSync(at('real/f')), 1],
      ['another file', () => put('other/g', 'b'), 0],
      ['nothing', () => {}, 0],
    ];
    for (const [way, make] of Object.entries(ways)) {
      for (const [what, step, expected] of throughLinks) {
        it(`counts ${expected === 0 ? 'no change' : 'one change'} through ${way}: ${what}`, async () => {
          put('real/f', 'a');
          chmodSync(at('real/f'), 0o644);
          put('n', 'b');
          make();
          const look = await watch(['/etc/*', '/etc/f']);
          step();
          expect(await look()).to.deep.equal([expected]);
          expect(await look()).to.deep.equal([expected]);
        });
      }
    }

    it('counts a link that says something else, also where that is the same or nothing', async () => {
      for (const name of ['a', 'b', 'c']) put(name, name === 'c' ? 'other' : 'same');
      link('f', '/a');
      const look = await watch(['/f']);
      for (const [i, target] of ['/b', '/c', '/gone', '/a'].entries()) {
        link('f', target);
        expect(await look()).to.deep.equal([i + 1]);
      }
      link('gone', '/a');
      expect(await look()).to.deep.equal([4]);
    });

    it('sees what a link leads to come and go', async () => {
      link('f', '/d/g');
      const look = await watch(['/f'], 'change == "content"');
      put('d/g', 'a');
      expect(await look()).to.deep.equal([1]);
      rmSync(at('d'), { recursive: true });
      expect(await look()).to.deep.equal([2]);
    });

    it('never follows a link out of the host’s root', async () => {
      const outside = `${at()}-outside`;
      writeFileSync(outside, 'a');
      try {
        link('f', outside);
        link('g', `../../../../../../../../..${outside}`);
        const look = await watch(['/f', '/g']);
        writeFileSync(outside, 'b');
        expect(await look()).to.deep.equal([0]);
      } finally {
        unlinkSync(outside);
      }
    });

    it('says once that links lead in a circle, and goes on with the others', async () => {
      link('f', '/g');
      link('g', '/f');
      put('h', 'a');
      const look = await watch(['/f', '/h']);
      put('h', 'b');
      expect(await look()).to.deep.equal([1, 'failed']);
      rmSync(at('g'));
      put('g', 'a');
      expect(await look()).to.deep.equal([2]);
    });

    describe('a look that fails once', () => {
      class FailingGuard extends HangGuard {
        code: SourceError['code'] | undefined;
        override async run<T>(path: string, call: () => Promise<T>, device?: Device): Promise<T> {
          if (this.code !== undefined) throw new SourceError(this.code, path, `${path}: did not work`);
          return super.run(path, call, device);
        }
      }

      it('leaves no error behind, and no change', async () => {
        put('f', 'a');
        setTimes();
        const guard = new FailingGuard();
        guard.code = 'failed';
        const files = openHostFiles(at(), guard);
        files.looker.noteMounts(readFileSync(MOUNTINFO, 'utf8'), MOUNTINFO);
        const watcher = new FileWatcher(files);
        const rules = rulesOf(['/f']);
        const look = async () => (await watcher.look(rules)).map(({ code }) => code);
        expect(await look()).to.deep.equal(['failed']);
        guard.code = undefined;
        expect(await look()).to.deep.equal([]);
        expect(await look()).to.deep.equal([]);
        expect(rules.on('file').map((rule) => watcher.count(rule))).to.deep.equal([0]);
      });

      for (const code of ['failed', 'unreadable'] as const) {
        it(`${code}: keeps what was known, and counts a change of the content once`, async () => {
          put('f', 'a');
          const guard = new FailingGuard();
          const look = await watch(['/f'], 'change == "content"', guard);
          await look();
          guard.code = code;
          setTimes();
          const during = await look();
          guard.code = undefined;
          const [count = 0] = await look();
          // Without the content its times stand for it, unless they may be read a moment later.
          if (code === 'failed' && direct) expect([during, count]).to.deep.equal([[0, 'failed'], 0]);
          put('f', 'b');
          expect(await look()).to.deep.equal([Number(count) + 1]);
          expect(await look()).to.deep.equal([Number(count) + 1]);
        });
      }
    });

    it('counts creation, each rename over it, deletion and creation anew', async () => {
      const look = await watch(['/d/f']);
      mkdirSync(at('d'));
      expect(await look()).to.deep.equal([0]);
      for (const [i, text] of ['a', 'b', 'c'].entries()) {
        writeFileSync(at('d', 'new'), text);
        renameSync(at('d', 'new'), at('d', 'f'));
        expect(await look()).to.deep.equal([i + 1]);
      }
      rmSync(at('d'), { recursive: true });
      expect(await look()).to.deep.equal([4]);
      mkdirSync(at('d'));
      writeFileSync(at('d', 'f'), 'd');
      expect(await look()).to.deep.equal([5]);
    });

    it('follows a pattern: new and deleted files, once each, also by two patterns of a rule', async () => {
      mkdirSync(at('cron.d'));
      writeFileSync(at('cron.d', 'old'), '');
      const look = await watch(['/cron.d/*', '/cron.*/o*', '/cron.d/old', '/home/*/.ssh/keys']);
      writeFileSync(at('cron.d', 'new'), '');
      appendFileSync(at('cron.d', 'old'), 'x');
      expect(await look()).to.deep.equal([2]);
      unlinkSync(at('cron.d', 'new'));
      mkdirSync(at('home', 'eve', '.ssh'), { recursive: true });
      writeFileSync(at('home', 'eve', '.ssh', 'keys'), 'k');
      expect(await look()).to.deep.equal([4]);
    });

    it('sees a file that changes long after it was last read', async function () {
      this.slow(4_000);
      writeFileSync(at('f'), 'a');
      mkdirSync(at('d'));
      await sleep(1_100);
      const look = await watch(['/f', '/d/*']);
      expect(await look()).to.deep.equal([0]);
      writeFileSync(at('f'), 'b');
      writeFileSync(at('d', 'n'), '');
      expect(await look()).to.deep.equal([2]);
    });

    it('counts what the condition says', async () => {
      writeFileSync(at('f'), 'a');
      const look = await watch(['/f'], 'change == "metadata" && mode >= 0x800');
      appendFileSync(at('f'), 'x');
      expect(await look()).to.deep.equal([0]);
      chmodSync(at('f'), 0o755);
      expect(await look()).to.deep.equal([0]);
      chmodSync(at('f'), 0o4755);
      expect(await look()).to.deep.equal([1]);
    });

    it('says when a folder holds too much, and counts nothing of it', async () => {
      mkdirSync(at('d'));
      const look = await watch(['/d/*']);
      for (let i = 0; i < 1_001; i++) writeFileSync(at('d', String(i)), '');
      expect(await look()).to.deep.equal([undefined, 'failed']);
    });

    it('begins at 0 when it sees again: what was counted before is not new, what changed meanwhile is', async () => {
      mkdirSync(at('d'));
      const look = await watch(['/d/*']);
      writeFileSync(at('d', 'n'), '');
      writeFileSync(at('d', 'm'), '');
      expect(await look()).to.deep.equal([2]);
      for (let i = 0; i < 1_001; i++) writeFileSync(at('d', String(i)), '');
      expect(await look()).to.deep.equal([undefined, 'failed']);
      for (let i = 0; i < 1_001; i++) rmSync(at('d', String(i)));
      writeFileSync(at('d', 'o'), '');
      expect(await look()).to.deep.equal([1]);
    });

    it('counts an unmount as deletion and goes on', async function () {
      mkdirSync(at('m'));
      const mount = (...args: string[]) => execFileSync('mount', args, { stdio: 'pipe' });
      try {
        mount('-t', 'tmpfs', 'none', at('m'));
      } catch (error) {
        skip(this, String(error));
      }
      try {
        writeFileSync(at('m', 'f'), 'a');
        const look = await watch(['/m/*', '/m/f']);
        execFileSync('umount', [at('m')]);
        expect(await look()).to.deep.equal([1]);
        mount('-t', 'tmpfs', 'none', at('m'));
        expect(await look()).to.deep.equal([1]);
        writeFileSync(at('m', 'f'), 'b');
        expect(await look()).to.deep.equal([2]);
      } finally {
        execFileSync('umount', [at('m')]);
      }
    });

    it('goes on with the others when a mount does not answer', async function () {
      mkdirSync(at('dead'));
      const dead = await deadMount(at('dead'));
      if (typeof dead === 'string') {
        skip(this, dead);
      }
      try {
        writeFileSync(at('f'), 'a');
        const look = await watch(['/dead/a', '/f'], 'true', new HangGuard(100));
        appendFileSync(at('f'), 'x');
        expect(await look()).to.deep.equal([1, 'failed']);
      } finally {
        await dead.end();
      }
      expect(existsSync(at('dead', 'a'))).to.equal(false);
    });

    if (direct) {
      it('counts a content that changes without size and times, as Dirty Pipe changes it', async () => {
        const names = Array.from({ length: 50 }, (_, number) => `/f${number}`);
        for (const name of names) put(name, 'root:x:0:0');
        const [script, quiet] = [join(ROOT, 'scenarios/workers/perl/silent-write.pl'), '/f49'];
        const writer = spawn('perl', [script, '600', '5', at(quiet)], {
          stdio: ['pipe', 'ignore', 'inherit'],
        });
        try {
          const look = await watch(names);
          const before = await waitFor('the file to have been quiet for a while', async () => {
            await look();
            const { ctimeMs } = statSync(at(quiet));
            return ctimeMs < Date.now() - 1_200 && statSync(at(quiet), { bigint: true });
          });
          const changed = await waitFor('the change to be counted', async () => {
            const counted = await look();
            return counted[0] !== 0 && counted;
          });
          expect(changed).to.deep.equal([1]);
          expect(await look()).to.deep.equal([1]);
          const { size, mtimeNs, ctimeNs } = statSync(at(quiet), { bigint: true });
          expect({ size, mtimeNs, ctimeNs }).to.deep.equal({
            size: before.size,
            mtimeNs: before.mtimeNs,
            ctimeNs: before.ctimeNs,
          });
          expect(readFileSync(at(quiet), 'utf8')).to.equal('root:y:0:0');
        } finally {
          writer.stdin.end();
          await once(writer, 'exit');
        }
      });

      it('asks a mount that does not answer once, however many files lie on it', async function () {
        mkdirSync(at('dead'));
        const dead = await deadMount(at('dead'));
        if (typeof dead === 'string') skip(this, dead);
        try {
          put('f', 'a');
          const asked: string[] = [];
          class CountingGuard extends HangGuard {
            override run<T>(path: string, call: () => Promise<T>, device?: Device): Promise<T> {
              const noted = () => {
                asked.push(path);
                return call();
              };
              return super.run(path, noted, device);
            }
          }
          const names = ['a', 'b', 'c', 'd', 'e'];
          const paths = [...names.map((name) => `/dead/${name}`), '/f'];
          const look = await watch(paths, 'true', new CountingGuard(100));
          replaceBy('b');
          expect(await look()).to.deep.equal([1, ...names.map(() => 'failed')]);
          expect(asked.filter((path) => path.startsWith(at('dead')))).to.have.length(1);
        } finally {
          await dead.end();
        }
      });
    }

    it('goes on when such a mount comes to lie over what it watches', async function () {
      mkdirSync(at('d'));
      writeFileSync(at('d', 'f'), 'a');
      writeFileSync(at('f'), 'a');
      const look = await watch(['/d/f', '/f'], 'true', new HangGuard(100));
      expect(await look()).to.deep.equal([0]);
      const dead = await deadMount(at('d'));
      if (typeof dead === 'string') skip(this, dead);
      try {
        appendFileSync(at('f'), 'x');
        expect(await look()).to.deep.equal([1, 'failed']);
      } finally {
        await dead.end();
      }
      // The kernel answers what waits there a little after the mount is gone.
      while ((await look()).length > 1) await sleep(5);
      expect(await look()).to.deep.equal([1]);
    });
  });
}
