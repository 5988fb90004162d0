import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { MOST_BYTES, MOST_FILES, removeAbandoned, Uploads } from '../../../scenarios/victim/uploads.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe('uploads to the victim', () => {
  const newFolder = temporaryFolder();
  let scratch: string;
  beforeEach(() => {
    scratch = newFolder();
  });

  it('are files of numbers in a folder that only their owner reads, and nothing is left of them', () => {
    const uploads = new Uploads(scratch);
    expect(readdirSync(scratch)).to.deep.equal([]);
    expect(uploads.add('../../shell.php', Buffer.from('text'))).to.equal(true);
    expect(uploads.add('/etc/passwd', Buffer.from('text'))).to.equal(true);
    expect(readdirSync(scratch, { recursive: true })).to.have.length(3);
    expect(readdirSync(uploads.folder)).to.have.members(['0', '1']);
    expect(statSync(uploads.folder).mode & 0o777).to.equal(0o700);
    expect(uploads.has('/etc/passwd')).to.equal(true);
    expect(uploads.has('0')).to.equal(false);
    uploads.clear();
    expect(readdirSync(scratch)).to.deep.equal([]);
    expect(uploads.has('/etc/passwd')).to.equal(false);
  });

  it('are bounded in number, size and name; one of the same name takes the place of the other', () => {
    const uploads = new Uploads(scratch);
    expect(uploads.add('large', new Uint8Array(MOST_BYTES + 1))).to.equal(false);
    expect(uploads.add('x'.repeat(10_000), Buffer.from('text'))).to.equal(false);
    const taken = Array.from({ length: 3 * MOST_FILES }, (_, i) =>
      uploads.add(`n${i}`, new Uint8Array(MOST_BYTES)),
    );
    expect(taken.filter(Boolean)).to.have.length(MOST_FILES);
    expect(uploads.add('n0', Buffer.from('other'))).to.equal(true);
    expect(readdirSync(uploads.folder)).to.have.length(MOST_FILES);
    expect(statSync(join(uploads.folder, '0')).size).to.equal(5);
  });

  it('of processes that were killed are removed by the next, and nobody else’s', () => {
    const own = new Uploads(scratch);
    own.add('n', Buffer.from('text'));
    // The process that has this number now began at another time than the one that made the folder.
    const names = [
      'kubevigil-uploads-1-0-0123abcd',
      `kubevigil-uploads-${process.pid}-7-0123abcd`,
      'kubevigil-uploads-4194305-7-0123abcd',
    ];
    const others = ['kubevigil-uploads', 'kubevigil-uploads-1-0-0123abcd.txt', 'letters'];
    for (const name of [...names, ...others]) mkdirSync(join(scratch, name));
    writeFileSync(join(scratch, names[0] ?? '', '0'), 'left');
    removeAbandoned(scratch);
    for (const name of names) expect(existsSync(join(scratch, name)), name).to.equal(false);
    for (const name of others) expect(existsSync(join(scratch, name)), name).to.equal(true);
    expect(existsSync(own.folder)).to.equal(true);
    removeAbandoned(join(scratch, 'missing'));
  });
});
