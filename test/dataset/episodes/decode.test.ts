import { expect } from 'chai';
import fc from 'fast-check';
import { BuilderError } from '../../../common/errors.ts';
import { decodeText, UndecodableText } from '../../../dataset/episodes/decode.ts';
import { decodeEpisodes } from '../../../dataset/episodes/episodes.ts';
import { anyCharacter } from '../../support/any-character.ts';

const START = Date.UTC(2026, 2, 29);
const CSV = `episode,scenario,start,end,node\r\ne1,déni_🚀,${START},${START + 1},node-a\r\n`;

const utf16le = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
const utf16be = (text: string) => Buffer.from(utf16le(text)).swap16();

describe('dataset/episodes/decode', () => {
  const accepted = {
    'UTF-8': Buffer.from(CSV),
    'UTF-8 with a byte order mark': Buffer.from(`\uFEFF${CSV}`),
    'UTF-16LE with one': utf16le(CSV),
    'UTF-16BE with one': utf16be(CSV),
  };
  for (const [what, bytes] of Object.entries(accepted)) {
    it(`reads ${what}`, () => {
      expect(decodeEpisodes(bytes, 'e.csv').map(({ scenario }) => scenario)).to.deep.equal(['déni_🚀']);
    });
  }

  it('gives every text back in each of these encodings', () => {
    const text = fc
      .string({ unit: anyCharacter })
      .map((one) => one.replaceAll('\0', '').replaceAll('\uFEFF', ''));
    fc.assert(
      fc.property(text, (one) => {
        expect(decodeText(Buffer.from(one))).to.equal(one);
        expect(decodeText(Buffer.from(`\uFEFF${one}`))).to.equal(one);
        expect(decodeText(utf16le(one))).to.equal(one);
        expect(decodeText(utf16be(one))).to.equal(one);
      }),
    );
  });

  it('never makes another text of bytes than they are: whatever it accepts encodes to the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        let text: string;
        try {
          text = decodeText(bytes);
        } catch (error) {
          expect(error).to.be.instanceOf(UndecodableText);
          return;
        }
        const again = [Buffer.from(text), Buffer.from(`\uFEFF${text}`), utf16le(text), utf16be(text)];
        expect(again.some((one) => one.equals(bytes))).to.equal(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('names the line that is not UTF-8, however long the file', () => {
    const line = fc
      .string({ unit: anyCharacter })
      .map((one) => one.replaceAll('\n', '').replaceAll('\0', '').replaceAll('\uFEFF', ''));
    fc.assert(
      fc.property(fc.array(line), fc.array(line), (before, after) => {
        const bytes = Buffer.concat([
          ...before.map((one) => Buffer.from(`${one}\n`)),
          Buffer.from('e1,d\xe9ni,1,2,n\n', 'latin1'),
          ...after.map((one) => Buffer.from(`${one}\n`)),
        ]);
        expect(() => decodeText(bytes))
          .to.throw(UndecodableText, /^is not UTF-8 \(Latin-1 would make it "déni"\): save it as UTF-8/)
          .with.property('line', before.length + 1);
      }),
    );
  });

  const refused: readonly (readonly [string, Buffer, RegExp])[] = [
    ['Latin-1', Buffer.from(CSV, 'latin1'), /^e\.csv line 2: is not UTF-8 \(Latin-1 would make it "déni_/],
    ['UTF-16 without a mark', Buffer.from('a,b\nc,d', 'utf16le'), /^e\.csv line 1: holds NUL bytes/],
    ['half a UTF-16 character', utf16le(CSV).subarray(0, -1), /^e\.csv: begins as UTF-16LE and is none/],
  ];
  for (const [what, bytes, message] of refused) {
    it(`refuses ${what} in one line that tells what to do`, () => {
      expect(() => decodeEpisodes(bytes, 'e.csv'))
        .to.throw(BuilderError, message)
        .with.property('message')
        .that.matches(/^[^\n]+save it as UTF-8 [^\n]+$/);
    });
  }
});
