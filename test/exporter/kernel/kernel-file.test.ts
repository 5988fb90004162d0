import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { readInPieces, readOpenText, withFile } from '../../../exporter/kernel/kernel-file.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const LONGEST_LINE = 1_024;
/** Of a file while it is read, one time after the other. */
const MOST_CHANGES = 50;

function inPieces(path: string, longestRecord: number): string {
  const pieces: string[] = [];
  readInPieces(path, path, longestRecord, (piece) => pieces.push(piece.toString('latin1')));
  return pieces.join('');
}

describe('kernel-file', () => {
  const path = temporaryPaths();

  // Of many records and of one, within a page and over many, which the kernel hands out each in its own way.
  for (const file of [
    '/proc/kallsyms',
    '/proc/filesystems',
    '/proc/devices',
    '/proc/version',
    '/proc/self/maps',
  ]) {
    it(`reads all of ${file}, in pieces and at once`, () => {
      const read = () => ({
        whole: readFileSync(file, 'latin1'),
        pieces: inPieces(file, LONGEST_LINE),
        atOnce: Buffer.from(withFile(file, file, readOpenText)).toString('latin1'),
        wholeAgain: readFileSync(file, 'latin1'),
      });
      // This process's own may change while it is read: what counts is a time when it does not.
      let found = read();
      for (let i = 0; i < MOST_CHANGES && found.whole !== found.wholeAgain; i++) found = read();
      expect(found.pieces).to.equal(found.whole);
      expect(found.atOnce).to.equal(found.whole);
    });
  }

  for (const size of [0, 1, 4_095, 4_096, 65_535, 65_536, 65_537, 200_000]) {
    it(`reads ${size} bytes`, () => {
      const text = 'é'.repeat(Math.floor(size / 2)) + 'x'.repeat(size % 2);
      writeFileSync(path('x'), text);
      expect(withFile(path('x'), 'x', readOpenText)).to.equal(text);
      expect(Buffer.from(inPieces(path('x'), LONGEST_LINE), 'latin1').toString()).to.equal(text);
    });
  }

  it('says what is absent by the name that it was given', () => {
    expect(() => withFile(path('nothing'), 'proc/nothing', readOpenText))
      .to.throw()
      .that.includes({ code: 'absent', path: 'proc/nothing' });
  });
});
