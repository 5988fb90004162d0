import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { FileTail } from '../../../detector/evidence/file.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe('detector/evidence: a file that somebody else writes', () => {
  const newFolder = temporaryFolder();
  const texts = async (tail: FileTail) =>
    (await tail.next()).map((line) => (line === 'too long' ? line : line.text));

  it('gives each whole line once, through rotation and a file that begins anew', async () => {
    const file = join(newFolder(), 'events.jsonl');
    writeFileSync(file, 'one\ntwo\nhal');
    const tail = new FileTail(file);
    expect(await texts(tail)).to.deep.equal(['one', 'two']);
    expect(await texts(tail)).to.deep.equal([]);
    appendFileSync(file, 'f\n');
    expect(await texts(tail)).to.deep.equal(['half']);
    renameSync(file, `${file}.1`);
    writeFileSync(file, 'of another file, and longer than the one before\n');
    expect(await texts(tail)).to.deep.equal(['of another file, and longer than the one before']);
    writeFileSync(file, 'short\n');
    expect(await texts(tail)).to.deep.equal(['short']);
  });

  it('begins near the end of one that is large, and never with half a line', async () => {
    const file = join(newFolder(), 'events.jsonl');
    const line = 'x'.repeat(1_000_000);
    writeFileSync(file, Array.from({ length: 20 }, (_, i) => `${i}${line}\n`).join(''));
    const lines = await texts(new FileTail(file));
    expect(lines).to.have.length(16);
    expect(lines.at(0)).to.equal(`4${line}`);
    expect(lines.at(-1)).to.equal(`19${line}`);
  });

  it('is refused where it is no regular file', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'events.jsonl'));
    const error = await new FileTail(join(folder, 'events.jsonl')).next().catch(String);
    expect(error).to.match(/is no regular file|EISDIR/);
    expect(await new FileTail(join(folder, 'none')).next().catch(String)).to.match(/ENOENT/);
  });
});
