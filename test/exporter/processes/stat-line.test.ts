import { expect } from 'chai';
import fc from 'fast-check';
import { SourceError } from '../../../exporter/base/errors.ts';
import { parseStatLine, type StatLine } from '../../../exporter/processes/stat-line.ts';

const PATH = 'proc/4321/stat';
const FIELDS =
  '17 4321 4321 0 -1 4194560 1205 0 13 0 42 17 0 0 20 0 1 0 61100 12345344 1234 18446744073709551615 94100 94200 14073 0 0';

function parse(text: string): StatLine {
  const line = { state: 0, parent: 0, kernel: false, identity: 0, startTicks: 0 };
  const bytes = Buffer.from(text, 'latin1');
  parseStatLine(bytes, bytes.length, PATH, line);
  return line;
}

const stat = (name: string, state = 'S', fields = FIELDS) => `4321 (${name}) ${state} ${fields}\n`;

describe('parseStatLine', () => {
  const hostile = [
    'bash',
    '',
    ' ',
    ')',
    '(',
    '((',
    '))',
    'a) Z 1 (b',
    ') R',
    'x\nState:\tZ',
    'a) S 1 4321 (',
    '\xff\xfe',
  ];
  for (const name of hostile) {
    it(`reads a process that is called ${JSON.stringify(name)}`, () => {
      const { state, parent, kernel } = parse(stat(name, 'D'));
      expect([String.fromCharCode(state), parent, kernel]).to.deep.equal(['D', 17, false]);
    });
  }

  it('reads the longest name of a thread of the kernel', () => {
    const name = `kworker/u256:12-${'x'.repeat(48)}`;
    const kernel = FIELDS.replace('4194560', '69238880');
    expect(parse(stat(name, 'I', kernel))).to.include({ kernel: true, parent: 17 });
  });

  it('sees another identity in another name, start, or place of code, and in nothing else', () => {
    const { identity } = parse(stat('bash'));
    for (const other of [
      stat('bas'),
      stat('bash', 'S', FIELDS.replace('61100', '61101')),
      stat('bash', 'S', FIELDS.replace('94100', '94104')),
      stat('bash', 'S', FIELDS.replace('14073', '14079')),
    ]) {
      expect(parse(other).identity).not.to.equal(identity);
    }
    const moved = FIELDS.replace(' 42 17 ', ' 99 88 ').replace('12345344 1234', '99 7');
    expect(parse(stat('bash', 'R', moved)).identity).to.equal(identity);
  });

  for (const text of [
    '',
    '1',
    '1 (x',
    '1 (x)',
    '1 (x) S',
    '1 (x) S 1 2',
    `1 x S ${FIELDS}`,
    `1 )x( S ${FIELDS}`,
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parse(text)).to.throw(SourceError, 'proc/4321/stat: expected');
    });
  }

  it('reads any name', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 15 }), fc.constantFrom('R', 'S', 'Z'), (name, state) => {
        const text = stat(Buffer.from(name).toString('latin1'), state);
        expect(String.fromCharCode(parse(text).state)).to.equal(state);
      }),
    );
  });

  it('throws nothing but SourceError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(250), (bytes, at) => {
        const text = stat('bash');
        const noise = Buffer.from(bytes).toString('latin1');
        for (const mutated of [
          noise,
          text.slice(0, at) + noise,
          text.slice(0, at) + noise + text.slice(at + 3),
        ]) {
          try {
            parse(mutated);
          } catch (error) {
            expect(error).to.be.instanceOf(SourceError);
          }
        }
      }),
    );
  });
});
