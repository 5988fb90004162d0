import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { openHostFiles } from '../../../../exporter/files/host-files.ts';
import { HangGuard } from '../../../../exporter/kernel/hang-guard.ts';
import { Journal } from '../../../../exporter/logs/journal/journal.ts';
import { JournalWriter } from '../../../support/journal-writer.ts';
import { temporaryPaths } from '../../../support/temporary.ts';

const MACHINE = '3d1219c7c4c5404aaa1f6d2a48adfda4';
const FORMS = [false, true].flatMap((compact) =>
  [false, true].map((keyed) => ({ compact, keyed, firstArray: 4 })),
);

const entry = (identifier: string, message: string, realtimeMs = Date.now()) => ({
  realtimeMs,
  fields: [`SYSLOG_IDENTIFIER=${identifier}`, '_HOSTNAME=node', '_PID=7', `MESSAGE=${message}`].map((text) =>
    Buffer.from(text),
  ),
});

describe('logs: the journal', () => {
  const at = temporaryPaths();
  let journal: Journal;
  let lines: string[];
  beforeEach(() => {
    lines = [];
    journal = new Journal(openHostFiles(at(), new HangGuard()), (line) => lines.push(line.slice(16)));
  });
  afterEach(() => journal.close());

  const fileAt = (name = 'system', root = 'var') => `${root}/log/journal/${MACHINE}/${name}.journal`;
  const save = (writer: { bytes: Buffer }, path = fileAt()) => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), writer.bytes, { flag: 'r+' });
  };
  const create = (writer: { bytes: Buffer }, path = fileAt()) => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), writer.bytes);
  };
  const poll = async (...identifiers: string[]) => {
    lines = [];
    const errors = await journal.poll(identifiers.length === 0 ? ['sshd'] : identifiers);
    return [...lines, ...errors.map(({ code, message }) => `${code}: ${message}`)];
  };
  const newWriter = () => new JournalWriter({ compact: true, keyed: true, firstArray: 4 });

  it('is absent where the host has none, or an empty folder, and is not asked without identifiers', async () => {
    expect(await poll()).to.deep.equal(['absent: journal: none on this host']);
    mkdirSync(at(dirname(fileAt())), { recursive: true });
    expect(await poll()).to.deep.equal(['absent: journal: none on this host']);
    expect([await journal.poll([]), journal.isOpen]).to.deep.equal([[], false]);
  });

  it('of other machines is not read, one without a folder of its own is', async () => {
    const [theirs, ours] = [newWriter(), newWriter()];
    create(theirs, 'var/log/journal/remote/remote-a.journal');
    create(ours, 'run/log/journal/system.journal');
    await poll();
    theirs.append(entry('sshd', 'theirs'));
    ours.append(entry('sshd', 'ours'));
    save(theirs, 'var/log/journal/remote/remote-a.journal');
    save(ours, 'run/log/journal/system.journal');
    expect(await poll()).to.deep.equal(['node sshd[7]: ours']);
  });

  for (const form of FORMS) {
    it(`gives what is appended for the identifiers that are followed: ${JSON.stringify(form)}`, async () => {
      const writer = new JournalWriter(form);
      writer.append(entry('sshd', 'past'));
      create(writer);
      expect([await poll(), journal.isOpen]).to.deep.equal([[], true]);
      writer.append(entry('sshd', 'one'));
      writer.append(entry('other', 'not this'));
      writer.append(entry('sudo', 'two'));
      save(writer);
      expect(await poll('sshd', 'sudo')).to.deep.equal(['node sshd[7]: one']);
      for (let i = 0; i < 50; i++) writer.append(entry(['sshd', 'sudo'][i % 2] ?? '', `m${i}`));
      save(writer);
      const expected = Array.from({ length: 50 }, (_, i) => `node ${['sshd', 'sudo'][i % 2]}[7]: m${i}`);
      expect(await poll('sshd', 'sudo')).to.deep.equal(expected);
      expect(await poll('sshd', 'sudo')).to.deep.equal([]);
    });
  }

  it('is found where an absolute link of the host leads', async () => {
    mkdirSync(at('data/journal'), { recursive: true });
    mkdirSync(at('var'));
    symlinkSync('/data', at('var/log'));
    const writer = newWriter();
    const path = `data/journal/${MACHINE}/system.journal`;
    writer.append(entry('sshd', 'past'));
    create(writer, path);
    expect([await poll(), journal.isOpen]).to.deep.equal([[], true]);
    writer.append(entry('sshd', 'one'));
    save(writer, path);
    expect(await poll()).to.deep.equal(['node sshd[7]: one']);
  });

  it('is not read again when its folder was away, whatever lies in it', async () => {
    const [first, second] = [newWriter(), newWriter()];
    create(first);
    await poll();
    first.append(entry('sshd', 'archived'));
    save(first);
    renameSync(at(fileAt()), at(fileAt('system@1')));
    second.append(entry('sshd', 'written'));
    create(second);
    expect(await poll()).to.have.members(['node sshd[7]: archived', 'node sshd[7]: written']);
    expect(await poll()).to.deep.equal([]);
    renameSync(at('var/log/journal'), at('away'));
    for (let i = 0; i < 3; i++) expect(await poll()).to.deep.equal([]);
    renameSync(at('away'), at('var/log/journal'));
    second.append(entry('sshd', 'more'));
    save(second);
    expect(await poll()).to.deep.equal(['node sshd[7]: more']);
    for (let i = 0; i < 3; i++) expect(await poll()).to.deep.equal([]);
  });

  it('is not read again when journald archives it by a copy', async () => {
    const [first, second] = [newWriter(), newWriter()];
    create(first);
    await poll();
    first.append(entry('sshd', 'one'));
    save(first);
    expect(await poll()).to.deep.equal(['node sshd[7]: one']);
    first.append(entry('sshd', 'two'));
    save(first);
    create(first, fileAt('system@1'));
    rmSync(at(fileAt()));
    second.append(entry('sshd', 'three'));
    create(second);
    expect(await poll()).to.have.members(['node sshd[7]: two', 'node sshd[7]: three']);
    for (let i = 0; i < 3; i++) expect(await poll()).to.deep.equal([]);
    for (let i = 2; i < 5; i++) {
      const next = newWriter();
      create({ bytes: readFileSync(at(fileAt())) }, fileAt(`system@${i}`));
      rmSync(at(fileAt()));
      next.append(entry('sshd', `after ${i}`));
      create(next);
      expect(await poll()).to.deep.equal([`node sshd[7]: after ${i}`]);
      expect(await poll()).to.deep.equal([]);
    }
  });

  it('is let go of when it was deleted', async () => {
    const writer = newWriter();
    create(writer);
    expect([await poll(), journal.isOpen]).to.deep.equal([[], true]);
    rmSync(at(fileAt()));
    expect([await poll(), journal.isOpen]).to.deep.equal([['absent: journal: none on this host'], false]);
  });

  it('is followed through rotation, one after the other, also twice between two looks', async () => {
    const first = newWriter();
    create(first);
    await poll();
    first.append(entry('sshd', 'before'));
    save(first);
    renameSync(at(fileAt()), at(fileAt('system@1')));
    const second = newWriter();
    second.append(entry('sshd', 'middle'));
    create(second, fileAt('system@2'));
    const third = newWriter();
    third.append(entry('sshd', 'after', 1_000)); // the clock was set back
    create(third);
    const between = ['before', 'middle', 'after'].map((message) => `node sshd[7]: ${message}`);
    expect(await poll()).to.have.members(between);
    third.append(entry('sshd', 'more'));
    save(third);
    expect(await poll()).to.deep.equal(['node sshd[7]: more']);
    expect(await poll()).to.deep.equal([]);
  });

  it('reads the volatile journal beside an old one on the disk, and what is flushed from it once', async () => {
    const old = newWriter();
    old.append(entry('sshd', 'last year'));
    create(old);
    const now = newWriter();
    create(now, fileAt('system', 'run'));
    await poll();
    now.append(entry('sshd', 'failed', 5e12));
    save(now, fileAt('system', 'run'));
    expect(await poll()).to.deep.equal(['node sshd[7]: failed']);
    // Copied with its times, as `journalctl --flush` does; the number in the file is another.
    const copy = newWriter();
    copy.append(entry('sshd', 'failed', 5e12));
    copy.append(entry('sshd', 'new', 5e12 + 1));
    create(copy, fileAt('user-1'));
    rmSync(at(fileAt('system', 'run')));
    expect(await poll()).to.deep.equal(['node sshd[7]: new']);
  });

  it('that appears later is read from the moment on when the agent looked for it first', async () => {
    await poll();
    const writer = newWriter();
    writer.append(entry('sshd', 'before', Date.now() - 60_000));
    writer.append(entry('sshd', 'since'));
    create(writer);
    expect(await poll()).to.deep.equal(['node sshd[7]: since']);
  });

  it('takes what a message has of lines and bytes as one line', async () => {
    const writer = newWriter();
    create(writer);
    await poll();
    writer.append(entry('sshd', 'a\nNov 23 14:00:00 node sshd[7]: b\r\0c'));
    writer.append({
      realtimeMs: 0,
      fields: [Buffer.from('SYSLOG_IDENTIFIER=sshd'), Buffer.from('MESSAGE=\xff', 'latin1')],
    });
    writer.append({ realtimeMs: 0, fields: [Buffer.from('SYSLOG_IDENTIFIER=sshd'), Buffer.from('_PID=1')] });
    writer.append(entry('sshd', 'x'.repeat(100_000)));
    save(writer);
    const found = await poll();
    expect(found.slice(0, 2)).to.deep.equal([
      'node sshd[7]: a Nov 23 14:00:00 node sshd[7]: b  c',
      'localhost sshd: \ufffd',
    ]);
    expect(found[2]).to.have.length('node sshd[7]: '.length + 16_384);
  });

  it('says what is compressed so that it cannot be undone, and undoes LZ4', async () => {
    const writer = newWriter();
    create(writer);
    await poll();
    const message = `MESSAGE=${'ab'.repeat(300)}`;
    // One literal run of ten bytes, then a copy of the two before it, 598 bytes long.
    const block = Buffer.concat([
      Buffer.from([0xaf]),
      Buffer.from('MESSAGE=ab'),
      Buffer.from([2, 0, 255, 255, 64, 0x00]),
    ]);
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(message.length - 5));
    writer.append(
      { realtimeMs: 0, fields: [Buffer.from('SYSLOG_IDENTIFIER=sshd'), Buffer.concat([size, block])] },
      { 1: 2 },
    );
    for (const text of ['a', 'b']) {
      writer.append(
        { realtimeMs: 0, fields: [Buffer.from('SYSLOG_IDENTIFIER=sshd'), Buffer.from(text)] },
        { 1: 1 },
      );
    }
    save(writer);
    const [line, error] = await poll();
    expect(line).to.match(/^localhost sshd: (ab)+a?$/);
    expect(error).to.match(/^failed: \/var\/log\/journal\/.*: 2 messages not read: Node .* cannot undo xz$/);
    expect(await poll()).to.deep.equal([]);
  });

  it('is denied where it may not be read, and malformed where it is no journal or a newer one', async () => {
    create({ bytes: Buffer.from('not a journal') });
    expect(await poll()).to.deep.equal([
      `malformed: /var/log/journal/${MACHINE}/system.journal: damaged, nothing at 0`,
    ]);
    expect(journal.isOpen).to.equal(false);
    const newer = newWriter();
    newer.bytes.writeUInt32LE(0x100, 12);
    create(newer);
    expect((await poll()).join()).to.contain('a journal of a newer systemd (flags 0x100)');
    if (process.getuid?.() === 0) return; // to root nothing is denied: identities.machine.test.ts asks another user
    chmodSync(at(fileAt()), 0);
    expect((await poll()).join()).to.contain('unreadable');
  });

  it('finds every entry once, whatever is written when, by whom and in which file', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.tuple(fc.constantFrom('sshd', 'sudo', 'x'), fc.constantFrom(0, 1, 2, 9)) },
      { weight: 2, arbitrary: fc.constant('poll' as const) },
      { weight: 1, arbitrary: fc.constant('rotate' as const) },
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...FORMS), fc.array(step, { maxLength: 60 }), async (form, steps) => {
        run += 1;
        const root = `run${run}`;
        const path = (name: string) => `${root}/${fileAt(name)}`;
        const found: string[] = [];
        const one = new Journal(openHostFiles(at(root), new HangGuard()), (line) =>
          found.push(line.slice(16)),
        );
        let writer = new JournalWriter(form);
        create(writer, path('system'));
        await one.poll(['sshd', 'sudo']);
        const wanted: string[] = [];
        let archives = 0;
        for (const what of [...steps, 'poll' as const]) {
          if (what === 'poll') {
            save(writer, path('system'));
            expect(await one.poll(['sshd', 'sudo'])).to.deep.equal([]);
          } else if (what === 'rotate') {
            save(writer, path('system'));
            archives += 1;
            renameSync(at(path('system')), at(path(`system@${archives}`)));
            writer = new JournalWriter(form);
            create(writer, path('system'));
          } else {
            const [identifier, times] = what;
            for (let i = 0; i < times; i++) {
              const message = `m${wanted.length}-${i}`;
              writer.append(entry(identifier, message, 5e12));
              if (identifier !== 'x') wanted.push(`node ${identifier}[7]: ${message}`);
            }
          }
        }
        await one.close();
        expect(found.toSorted()).to.deep.equal(wanted.toSorted());
      }),
      { numRuns: 40 },
    );
  });

  it('is bounded and says what is wrong, whatever its bytes are', async () => {
    const writer = new JournalWriter({ compact: false, keyed: false, firstArray: 2 });
    for (let i = 0; i < 12; i++) writer.append(entry('sshd', `m${i}`));
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            fc.nat(writer.bytes.length - 8),
            fc.oneof(fc.bigInt(0n, 2n ** 64n - 1n), fc.bigInt(0n, 4_000n)),
          ),
          {
            minLength: 1,
            maxLength: 12,
          },
        ),
        fc.nat(writer.bytes.length),
        async (changes, length) => {
          run += 1;
          const bytes = Buffer.from(writer.bytes);
          for (const [offset, value] of changes) bytes.writeBigUInt64LE(value, offset - (offset % 8));
          const root = `hostile${run}`;
          create(
            { bytes: new JournalWriter({ compact: false, keyed: false, firstArray: 2 }).bytes },
            `${root}/${fileAt('other')}`,
          );
          const found: string[] = [];
          const one = new Journal(openHostFiles(at(root), new HangGuard()), (line) => found.push(line));
          await one.poll(['sshd']);
          create({ bytes: run % 3 === 0 ? bytes.subarray(0, length) : bytes }, `${root}/${fileAt()}`);
          for (const { code, path } of await one.poll(['sshd'])) {
            expect([code, path]).to.deep.equal(['malformed', `/${fileAt()}`]);
          }
          await one.poll(['sshd']);
          await one.close();
          expect(found.length).to.be.at.most(1_000);
        },
      ),
      { numRuns: 150 },
    );
  });
});
