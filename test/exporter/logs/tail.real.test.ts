import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { openHostFiles } from '../../../exporter/files/host-files.ts';
import { HangGuard } from '../../../exporter/kernel/hang-guard.ts';
import { Budget } from '../../../exporter/logs/budget.ts';
import { Tail } from '../../../exporter/logs/tail.ts';
import { temporaryPaths } from '../../support/temporary.ts';

describe('logs: following a file', () => {
  const at = temporaryPaths();
  let tail: Tail;
  let lines: string[];
  const log = () => at('log');
  const poll = async () => {
    lines = [];
    await tail.poll((line) => lines.push(line), new Budget(Number.POSITIVE_INFINITY));
    return lines;
  };
  /** Follows `log` as a process that started now. */
  const follow = () => {
    tail = new Tail('/log', openHostFiles(at(), new HangGuard()), Date.now() + 1);
    return poll();
  };
  beforeEach(() => {
    lines = [];
  });
  afterEach(() => tail.close());

  it('leaves the rest for the next poll when its time is spent, and loses none of it', async () => {
    await follow();
    const written = Array.from({ length: 20_000 }, (_, i) => `line ${i}`);
    writeFileSync(log(), `${written.join('\n')}\n`);
    const read: string[] = [];
    const waiting: number[] = [];
    for (let poll = 0; poll < 10; poll++) {
      let ms = 0;
      const budget = new Budget(1, () => ms);
      await tail.poll((line) => {
        read.push(line);
        ms += 1;
      }, budget);
      waiting.push(tail.unreadBytes);
    }
    expect(read).to.deep.equal(written);
    expect(waiting[0]).to.be.above(100_000);
    expect(waiting).to.deep.equal([...waiting].sort((a, b) => b - a));
    expect(waiting.at(-1)).to.equal(0);
  });

  it('begins at the end of a file that was there, even in the middle of a line', async () => {
    writeFileSync(log(), 'old\nhalf of ');
    await sleep(5);
    expect(await follow()).to.deep.equal([]);
    appendFileSync(log(), 'a line\nnew\n');
    expect(await poll()).to.deep.equal(['new']);
  });

  it('begins at the beginning of a file that comes later', async () => {
    expect(await follow()).to.deep.equal([]);
    expect(tail.isOpen).to.equal(false);
    writeFileSync(log(), 'first\n');
    expect(await poll()).to.deep.equal(['first']);
    expect(tail.isOpen).to.equal(true);
  });

  it('reads a line once it is complete', async () => {
    writeFileSync(log(), '');
    await follow();
    appendFileSync(log(), 'par');
    expect(await poll()).to.deep.equal([]);
    appendFileSync(log(), 'tial\n');
    expect(await poll()).to.deep.equal(['partial']);
  });

  it('loses nothing when it is renamed away, also what its writer still has to write', async () => {
    writeFileSync(log(), '');
    await follow();
    appendFileSync(log(), '1\n');
    renameSync(log(), at('log.1'));
    appendFileSync(at('log.1'), '2\n');
    const read = await poll();
    writeFileSync(log(), '4\n');
    appendFileSync(at('log.1'), '3\n');
    read.push(...(await poll()), ...(await poll()));
    appendFileSync(log(), '5\n');
    read.push(...(await poll()));
    expect(read).to.deep.equal(['1', '2', '3', '4', '5']);
  });

  it('reads each line once through many rotations, compressed ones beside it', async () => {
    writeFileSync(log(), '');
    await follow();
    const read: string[] = [];
    for (let i = 0; i < 5; i++) {
      appendFileSync(log(), `${i}a\n`);
      renameSync(log(), at('log.1'));
      writeFileSync(log(), `${i}b\n`);
      writeFileSync(at('log.1.gz'), gzipSync(`${i}a\n`));
      read.push(...(await poll()));
      unlinkSync(at('log.1'));
      read.push(...(await poll()), ...(await poll()));
    }
    expect(read).to.deep.equal(['0a', '0b', '1a', '1b', '2a', '2b', '3a', '3b', '4a', '4b']);
  });

  it('begins anew when it is emptied in place', async () => {
    writeFileSync(log(), 'old\n');
    await sleep(5);
    await follow();
    appendFileSync(log(), '1\n');
    expect(await poll()).to.deep.equal(['1']);
    copyFileSync(log(), at('log.1'));
    truncateSync(log());
    appendFileSync(log(), '2\n');
    expect(await poll()).to.deep.equal(['2']);
  });

  it('lets go of a deleted file, so that the disk gets its space back', async () => {
    writeFileSync(log(), '');
    await follow();
    unlinkSync(log());
    await poll();
    await poll();
    expect(tail.isOpen).to.equal(false);
    writeFileSync(log(), 'again\n');
    expect(await poll()).to.deep.equal(['again']);
  });

  it('finds no lines in a compressed file', async () => {
    await follow();
    writeFileSync(log(), gzipSync('a\nb\n'.repeat(1_000)));
    expect(await poll()).to.deep.equal([]);
  });

  it('reads a burst of 10,000 lines, and lines of megabytes', async () => {
    writeFileSync(log(), '');
    await follow();
    appendFileSync(log(), Array.from({ length: 10_000 }, (_, i) => `line ${i}\n`).join(''));
    const read = await poll();
    expect([read.length, read[0], read.at(-1)]).to.deep.equal([10_000, 'line 0', 'line 9999']);
    appendFileSync(log(), `${'x'.repeat(20_000_000)}\nafter\n`);
    const long = [...(await poll()), ...(await poll()), ...(await poll())];
    expect(long.map(({ length }) => length)).to.deep.equal([16_384, 5]);
  });

  it('gives up the oldest of what is too much, and says how much', async () => {
    writeFileSync(log(), '');
    await follow();
    truncateSync(log(), 200_000_000);
    appendFileSync(log(), '\nlast\n');
    const read = [...(await poll()), ...(await poll())];
    expect(read.at(-1)).to.equal('last');
    expect(tail.skippedBytes).to.be.within(190_000_000, 200_000_000);
  });

  it('follows absolute links within the root of the host', async () => {
    mkdirSync(at('docker'));
    writeFileSync(at('docker', 'c.log'), '');
    symlinkSync('/docker/c.log', log());
    await follow();
    appendFileSync(at('docker', 'c.log'), 'line\n');
    expect(await poll()).to.deep.equal(['line']);
  });

  it('follows a rotation behind a folder that is a link, and a link that is changed', async () => {
    mkdirSync(at('data'));
    symlinkSync('/data', at('d'));
    symlinkSync('/d/c.log', log());
    writeFileSync(at('data', 'c.log'), '');
    await follow();
    appendFileSync(at('data', 'c.log'), '1\n');
    renameSync(at('data', 'c.log'), at('data', 'c.log.1'));
    writeFileSync(at('data', 'c.log'), '2\n');
    expect([...(await poll()), ...(await poll())]).to.deep.equal(['1', '2']);
    writeFileSync(at('data', 'other.log'), '3\n');
    unlinkSync(log());
    symlinkSync('d/other.log', log());
    expect([...(await poll()), ...(await poll())]).to.deep.equal(['3']);
  });

  it('refuses a circle of links, a folder and a FIFO, without waiting', async () => {
    const failure = () => follow().then(String, (error: Error) => error.message);
    symlinkSync('log', log());
    expect(await failure()).to.equal('/log: more than 40 links (ELOOP)');
    unlinkSync(log());
    mkdirSync(log());
    expect(await failure()).to.equal('/log: not a file');
    renameSync(log(), at('d'));
    execFileSync('mkfifo', [log()]);
    expect(await failure()).to.equal('/log: not a file');
  });

  it('reads the file that it has to its end when a FIFO takes its place, and says so', async () => {
    writeFileSync(log(), '');
    await follow();
    appendFileSync(log(), '1\n');
    renameSync(log(), at('log.1'));
    execFileSync('mkfifo', [log()]);
    expect(await poll()).to.deep.equal(['1']);
    expect(await poll().then(String, (error: Error) => error.message)).to.equal('/log: not a file');
  });
});
