import { expect } from 'chai';
import fc from 'fast-check';
import { SourceError } from '../../../exporter/base/errors.ts';
import { Unread } from '../../../exporter/base/lines.ts';
import { SOCKET_STATE, SocketCounter } from '../../../exporter/netns/socket-table.ts';
import { anyCharacter } from '../../support/any-character.ts';

const PATH = 'proc/1/net/tcp';
const HEADING =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n';
const line = (state: string) =>
  `   0: 0100007F:0277 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 20117 1 0 100 0 0 10 0`.padEnd(
    149,
  );
const line6 = (state: string) =>
  `10001: ${'0'.repeat(32)}:0035 ${'0'.repeat(32)}:0000 ${state} 00000000:00000000 00:00000000 00000000 0 0 30 1 0 100 0 0 10 0`;

function count(pieces: readonly string[], unread = new Unread(PATH)): Uint32Array {
  const counter = new SocketCounter(unread);
  for (const piece of pieces) counter.add(Buffer.from(piece, 'latin1'));
  return counter.finish();
}

const table = (...lines: string[]) => HEADING + lines.map((each) => `${each}\n`).join('');

describe('SocketCounter', () => {
  it('counts by state, in tables of both address families', () => {
    const states = count([table(line('0A'), line('01'), line6('01'), line('06'), line6('0C'))]);
    expect(states[SOCKET_STATE.listen]).to.equal(1);
    expect(states[SOCKET_STATE.established]).to.equal(2);
    expect(states[SOCKET_STATE.timeWait]).to.equal(1);
    expect(states[SOCKET_STATE.newSynReceived]).to.equal(1);
  });

  it('reads an empty table', () => expect(Math.max(...count([HEADING]))).to.equal(0));

  it('counts the same wherever the pieces end', () => {
    const states = fc.array(fc.constantFrom('01', '02', '03', '06', '08', '0A'), { maxLength: 30 });
    fc.assert(
      fc.property(states, fc.array(fc.nat(3_000)), (all, cuts) => {
        const text = table(...all.map(line));
        const at = [0, ...cuts.map((cut) => Math.min(cut, text.length)), text.length].sort((a, b) => a - b);
        const pieces = at.slice(1).map((end, i) => text.slice(at[i], end));
        expect([...count(pieces)]).to.deep.equal([...count([text])]);
      }),
    );
  });

  const broken = {
    'an empty text': '',
    'no heading': `${line('zz')}\n`,
  };
  for (const [what, text] of Object.entries(broken)) {
    it(`refuses ${what}`, () => {
      expect(() => count([text])).to.throw(SourceError, 'proc/1/net/tcp: expected');
    });
  }

  const odd = {
    'a half line': [table(line('01')) + line('01').slice(0, 40), 'malformed'],
    'a state that is none': [table(line('1A'), line('01')), 'malformed'],
    'a second heading': [table(line('01')) + HEADING, 'foreign'],
    'a line that never ends': [table(line('01')) + 'x'.repeat(200_000), 'foreign'],
    'a line that ends at last': [`${HEADING}${'x'.repeat(200_000)}\n${line('01')}\n`, 'foreign'],
  } as const;
  for (const [what, [text, code]] of Object.entries(odd)) {
    it(`leaves out ${what}, and says so`, () => {
      const unread = new Unread(PATH);
      const pieces = text.match(/.{1,4096}/gs) ?? [];
      expect(count(pieces, unread)[SOCKET_STATE.established]).to.equal(1);
      expect(unread.errors().map((error) => error.code)).to.deep.equal([code]);
    });
  }

  it('throws nothing but SourceError', () => {
    const text = table(line('01'), line6('0A'));
    fc.assert(
      fc.property(fc.nat(text.length), fc.string({ unit: anyCharacter, maxLength: 30 }), (at, noise) => {
        try {
          count([text.slice(0, at) + noise + text.slice(at + 5)]);
        } catch (error) {
          expect(error).to.be.instanceOf(SourceError);
        }
      }),
    );
  });
});
