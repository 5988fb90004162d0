import { expect } from 'chai';
import fc from 'fast-check';
import { ContainerLines } from '../../../exporter/logs/container-lines.ts';
import { LineSplitter, MAX_LINE_BYTES } from '../../../exporter/logs/line-splitter.ts';

function split(...chunks: readonly (string | Buffer)[]): string[] {
  const splitter = new LineSplitter();
  return chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk)));
}

describe('logs: lines', () => {
  it('are cut at newlines, wherever the reads end', () => {
    expect(split('a\nb', 'c', '\n', '\nd')).to.deep.equal(['a', 'bc', '']);
  });

  it('keep the beginning of one of megabytes, and the next', () => {
    const long = 'x'.repeat(3_000_000);
    const lines = split(long, `${long}\nnext\n`);
    expect(lines.map(({ length }) => length)).to.deep.equal([MAX_LINE_BYTES, 4]);
  });

  it('are cut where they are too long, and how much is lost is counted, however the bytes come', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 8 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 50 }), (of, size) => {
        const bytes = Buffer.from(of.map((length) => `${'x'.repeat(length)}\n`).join(''));
        const splitter = new LineSplitter(10);
        const lines: string[] = [];
        for (let at = 0; at < bytes.length; at += size)
          lines.push(...splitter.push(bytes.subarray(at, at + size)));
        expect(lines.map(({ length }) => length)).to.deep.equal(of.map((length) => Math.min(length, 10)));
        expect(splitter.cutBytes).to.equal(of.reduce((sum, length) => sum + Math.max(0, length - 10), 0));
      }),
    );
  });

  it('show what is no UTF-8 as U+FFFD, and join a character that two reads share', () => {
    expect(split(Buffer.from([0x61, 0xff, 0x0a]))).to.deep.equal(['a\ufffd']);
    expect(split(Buffer.from([0xc3]), Buffer.from([0xa9, 0x0a]))).to.deep.equal(['é']);
  });

  it('begin after the hole of a file that was emptied under its writer', () => {
    expect(split(Buffer.alloc(100_000), 'a\nb\0\n')).to.deep.equal(['a', 'b\0']);
  });

  it('leave out the rest of a line that was begun before', () => {
    const splitter = new LineSplitter();
    splitter.reset(true);
    expect(splitter.push(Buffer.from('rest'))).to.deep.equal([]);
    expect(splitter.push(Buffer.from(' of it\nnext\n'))).to.deep.equal(['next']);
  });

  it('are the same however the bytes come', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '\n', '\u{1f600}'), maxLength: 60 });
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (whole, sizes) => {
        const bytes = Buffer.from(whole);
        const chunks: Buffer[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(split(...chunks)).to.deep.equal(whole.split('\n').slice(0, -1));
      }),
    );
  });
});

describe('logs: lines of containers', () => {
  const cri = (stream: string, tag: string, text: string) => `2026-11-23T14:00:00Z ${stream} ${tag} ${text}`;

  it('are joined from their parts, each stream for itself', () => {
    const lines = new ContainerLines();
    const pushed = [
      cri('stdout', 'P', 'login '),
      cri('stderr', 'F', 'between'),
      cri('stdout', 'P', 'fai'),
      cri('stdout', 'F', 'led'),
      'nonsense',
      cri('stdout', 'F', 'next'),
    ].map((line) => lines.push(line)?.text);
    expect(pushed).to.deep.equal([undefined, 'between', undefined, 'login failed', undefined, 'next']);
  });

  it('are bounded however many parts come', () => {
    const lines = new ContainerLines();
    for (let i = 0; i < 1_000; i++) lines.push(cri('stdout', 'P', 'x'.repeat(1_000)));
    expect(lines.push(cri('stdout', 'F', ''))?.text.length).to.equal(MAX_LINE_BYTES);
    for (let i = 0; i < 1_000; i++) lines.push(`{"log":"x","stream":"s${i}"}`);
    expect(lines.push('{"log":"y\\n","stream":"s999"}')?.text).to.equal('y');
  });
});
