import { expect } from 'chai';
import fc from 'fast-check';
import { decodeLine } from '../../../../exporter/logs/decoded/decode-line.ts';
import { percentDecode } from '../../../../exporter/logs/decoded/percent.ts';
import { MAX_LINE_BYTES } from '../../../../exporter/logs/line-splitter.ts';
import { anyCharacter } from '../../../support/any-character.ts';

/** Each byte of a text's UTF-8 as `%XX`, so often. */
function encode(text: string, times: number): string {
  if (times === 0) return text;
  const bytes = [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`);
  return encode(bytes.join(''), times - 1);
}

/** How a text stands in a log, by who writes it. */
const WRITERS: Readonly<Record<string, (text: string) => string>> = {
  'nginx, escape=json': (text) => JSON.stringify(text).slice(1, -1),
  'Go, as Traefik': (text) =>
    JSON.stringify(text)
      .slice(1, -1)
      .replace(/[<>&]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'nginx, escape=default': (text) =>
    [...Buffer.from(text)]
      .map((byte) =>
        byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c
          ? `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`
          : String.fromCharCode(byte),
      )
      .join(''),
  Apache: (text) =>
    [...Buffer.from(text)]
      .map((byte) => {
        const character = String.fromCharCode(byte);
        const known = { '\b': '\\b', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v' }[character];
        if (known !== undefined) return known;
        if (character === '"' || character === '\\') return `\\${character}`;
        return byte < 0x20 || byte > 0x7e ? `\\x${byte.toString(16).padStart(2, '0')}` : character;
      })
      .join(''),
};

/** Texts of what matters here, and of anything. */
const texts = fc.oneof(
  fc.string({ unit: anyCharacter }),
  fc
    .array(
      fc.constantFrom('%', '%2', '%25', '%u', '%uD83D', '\\', '\\x', '\\u00', '2', '7', 'c0', 'é', '\0', '+'),
    )
    .map((parts) => parts.join('')),
);

const isWellFormed = (text: string) => !/\p{Surrogate}/u.test(text);

describe('what rules see as `decoded`', () => {
  const table: readonly (readonly [title: string, line: string, decoded: string])[] = [
    ['what is not encoded', 'GET /a?b=c HTTP/1.1', 'GET /a?b=c HTTP/1.1'],
    ['an apostrophe', '1%27%20or%201=1', "1' or 1=1"],
    ['capitals', '%3CScRiPt%3E', '<ScRiPt>'],
    ['twice', '%252e%252e%252f', '../'],
    ['three times', '%25252e', '.'],
    ['not four times', '%2525252e', '%2e'],
    ['a space of a form', 'union+all+select', 'union all select'],
    ['a plus that was encoded', 'c%2B%2B', 'c++'],
    ['no digits', '100% of %zz and %4', '100% of %zz and %4'],
    ['UTF-8', '%E2%82%AC %F0%9F%98%80', '€ 😀'],
    [
      'overlong forms',
      '%c0%af %c1%9c %e0%80%af %f0%80%80%af %f8%80%80%80%af %fc%80%80%80%80%af',
      '/ \\ / / / /',
    ],
    [
      'bytes that are no UTF-8',
      '%ff%c3(%ed%a0%80%f7%bf%bf%bf',
      '\ufffd\ufffd(\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd',
    ],
    ['a NUL, which stays', 'a%00b', 'a\0b'],
    ['%u of IIS', '%u0027%U003c%uff1e', "'<>"],
    ['%u of a character of two units', '%ud83d%ude00', '😀'],
    ['%u of what looks like ASCII', '%u2215%u2216%u02bc', "/\\'"],
    ['%u of half a character', '%ud83d', '\ufffd'],
    ['full-width forms in UTF-8, which are letters of their own', '%EF%BC%87', '＇'],
    ['the escapes of JSON', String.raw`\"a\" \u003cb\u003e \/ \\ \t`, '"a" <b> / \\ \t'],
    ['the escapes of nginx', String.raw`\x22\xC3\xA9\x5Cu003c`, '"é\\u003c'],
    ['a backslash before anything else', String.raw`C:\Windows \x2 \u12`, String.raw`C:\Windows \x2 \u12`],
    ['entities of HTML, which stay', '&lt;%26lt;', '&lt;&lt;'],
    ['an escape that was percent-encoded, which stays', '%5Cu003c', '\\u003c'],
  ];
  for (const [title, line, decoded] of table)
    it(`decodes ${title}`, () => expect(decodeLine(line)).to.equal(decoded));

  for (const [writer, write] of Object.entries(WRITERS)) {
    it(`gives what a client sent, however often it encoded it, as ${writer} writes it`, () => {
      fc.assert(
        fc.property(
          fc.string({ unit: 'grapheme' }).filter((text) => !/[%+]/.test(text) && isWellFormed(text)),
          fc.integer({ min: 0, max: 3 }),
          (text, times) => {
            expect(decodeLine(write(encode(text, times)))).to.equal(text);
          },
        ),
      );
    });
  }

  it('ends with well-formed text, never longer than the line, whatever the line is', () => {
    fc.assert(
      fc.property(texts, (line) => {
        const decoded = decodeLine(line);
        expect(decoded.length).to.be.at.most(line.length);
        if (isWellFormed(line)) expect(isWellFormed(decoded)).to.equal(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('decodes three times at most, and then no more than once if it was not encoded more often', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 6 }), (text, times) => {
        const plain = text.replaceAll(/[%+\\]/g, '');
        const rest = encode(plain, Math.max(0, times - 3));
        expect(decodeLine(encode(plain, times))).to.equal(rest);
        if (times <= 3) expect(percentDecode(rest)).to.equal(rest);
      }),
    );
  });

  it('takes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const line = Buffer.from(bytes).toString();
        expect(decodeLine(line).length).to.be.at.most(line.length);
        expect(
          decodeLine([...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')),
        ).to.be.a('string');
      }),
    );
  });

  it('looks at no more of a line than rules do', () => {
    expect(decodeLine(`${'a'.repeat(MAX_LINE_BYTES)}b`)).to.equal('a'.repeat(MAX_LINE_BYTES));
  });
});
