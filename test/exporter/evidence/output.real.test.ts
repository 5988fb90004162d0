import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createLogger } from '../../../common/log.ts';
import { Output } from '../../../exporter/evidence/output.ts';
import { FileSink, type Sink } from '../../../exporter/evidence/sinks.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe('evidence: output', () => {
  const folder = temporaryFolder();
  const logged: string[] = [];
  const logger = createLogger({ level: 'info', format: 'logfmt' }, (line) => logged.push(line));
  let output: Output | undefined;
  let at = '';
  beforeEach(() => {
    at = folder();
    logged.length = 0;
  });
  afterEach(() => output?.close());

  const path = (name: string) => join(at, name);
  const linesOf = (name: string) =>
    existsSync(path(name)) ? readFileSync(path(name), 'utf8').split('\n').slice(0, -1) : [];
  function openFile(name: string, most?: number): Output {
    output = new Output(new FileSink(path(name)), logger, most);
    return output;
  }

  it('appends each line to its file, which others of the machine cannot read', async () => {
    const file = openFile('a');
    for (let i = 0; i < 5_000; i++) file.push(`line ${i}`);
    await file.close();
    expect(linesOf('a')).to.deep.equal(Array.from({ length: 5_000 }, (_, i) => `line ${i}`));
    expect(statSync(path('a')).mode & 0o007).to.equal(0);
    const again = openFile('a');
    again.push('more');
    await again.close();
    expect(linesOf('a')).to.have.length(5_001);
  });

  it('goes on in a new file when the old one was renamed or removed, and in the same one when it was emptied', async () => {
    const file = openFile('log');
    file.push('first');
    await waitFor('the first', () => linesOf('log').length === 1);
    renameSync(path('log'), path('log.1'));
    file.renew();
    file.push('second');
    await waitFor('the second', () => linesOf('log').length === 1);
    expect([linesOf('log.1'), linesOf('log')]).to.deep.equal([['first'], ['second']]);
    truncateSync(path('log'));
    file.push('third');
    await waitFor('the third', () => linesOf('log').includes('third'));
    expect(linesOf('log')).to.deep.equal(['third']);
  });

  it('waits for a disk that is full, tells once, and counts what finds no room', async () => {
    symlinkSync('/dev/full', path('full'));
    const file = openFile('full', 1_000);
    for (let i = 0; i < 100; i++) file.push(`0123456789 ${i}`);
    await waitFor('the trouble', () => logged.length > 0);
    expect(file.dropped).to.be.within(1, 99);
    const [line = ''] = logged;
    expect(line).to.match(/level=error msg="Events cannot be written.*ENOSPC/);
    await file.close();
    expect(file.dropped).to.equal(100);
    expect(logged).to.have.length(1);
  });

  it('never waits for a pipe that nobody reads, and gives who comes whole lines', async () => {
    execFileSync('mkfifo', [path('pipe')]);
    const reader = openSync(path('pipe'), constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const file = openFile('pipe', 300_000);
      const line = 'x'.repeat(99);
      for (let i = 0; i < 10_000; i++) file.push(line);
      // A pipe holds 64 KiB, the queue the rest that it may.
      expect(file.dropped).to.be.within(5_000, 9_500);
      const kept = 10_000 - file.dropped;
      const buffer = Buffer.alloc(65_536);
      let text = '';
      await waitFor('all lines', () => {
        try {
          text += buffer.toString('latin1', 0, readSync(reader, buffer));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        }
        return text.length === kept * 100;
      });
      expect(text).to.equal(`${line}\n`.repeat(kept));
    } finally {
      closeSync(reader);
    }
  });

  it('writes the whole line again into a new file when the old one has its beginning', async () => {
    const files = [Buffer.alloc(0), Buffer.alloc(0)];
    let current = 0;
    const sink: Sink = {
      // The first file takes four bytes and is full.
      write(bytes, done) {
        const isFull = current === 0;
        const taken = isFull ? 4 - (files[0]?.length ?? 0) : bytes.length;
        files[current] = Buffer.concat([files[current] ?? Buffer.alloc(0), bytes.subarray(0, taken)]);
        setImmediate(done, taken, isFull ? new Error('full') : undefined);
      },
      renew: async () => current === 0 && (files[0]?.length ?? 0) === 4 && ++current > 0,
      close: () => {},
    };
    output = new Output(sink, logger);
    output.push('first');
    output.push('second');
    await waitFor('both', () => files[1]?.length === 'first\nsecond\n'.length);
    expect(String(files[1])).to.equal('first\nsecond\n');
  });

  it('refuses a place that it cannot write to', () => {
    expect(() => new FileSink(path('none/x'))).to.throw(
      /^--events\.output .*none\/x cannot be written to: ENOENT/,
    );
  });
});
