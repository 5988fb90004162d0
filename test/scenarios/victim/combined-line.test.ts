import { expect } from 'chai';
import fc from 'fast-check';
import { type Access, combinedLine } from '../../../scenarios/victim/combined-line.ts';
import { COMBINED } from '../support/combined.ts';

const PLAIN: Access = {
  remoteAddress: '203.0.113.7',
  timeMs: Date.UTC(2026, 10, 28, 6, 8, 28),
  request: 'GET /search?q=lamp HTTP/1.1',
  status: 200,
  bytes: 65,
  referrer: 'http://shop.example/',
  userAgent: 'curl/8.14.1',
};

/** What nginx's quoting stands for, byte by byte. */
const unquoted = (field = '') =>
  field.replaceAll(/\\x([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

describe('a line of the access log', () => {
  it('is in the combined format', () => {
    expect(combinedLine(PLAIN)).to.equal(
      '203.0.113.7 - - [28/Nov/2026:06:08:28 +0000] "GET /search?q=lamp HTTP/1.1" 200 65 "http://shop.example/" "curl/8.14.1"',
    );
  });

  it('has dashes for what there is not, and IPv4 as such', () => {
    const bare = { ...PLAIN, request: '', status: 400, bytes: 0, referrer: undefined, userAgent: undefined };
    expect(combinedLine({ ...bare, remoteAddress: '::ffff:127.0.0.1' })).to.equal(
      '127.0.0.1 - - [28/Nov/2026:06:08:28 +0000] "-" 400 0 "-" "-"',
    );
    expect(combinedLine({ ...bare, remoteAddress: undefined })).to.match(/^- - - \[/);
  });

  it('quotes as nginx does', () => {
    const userAgent = 'a"b\\c\td\r\ne\u007f\u0000\u00ff\u20ac';
    expect(COMBINED.exec(combinedLine({ ...PLAIN, userAgent }))?.groups?.['userAgent']).to.equal(
      'a\\x22b\\x5Cc\\x09d\\x0D\\x0Ae\\x7F\\x00\\xFF\\xE2\\x82\\xAC',
    );
  });

  it('is one valid line, whatever a client wrote, and says what he wrote as far as it is shown', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc.constantFrom('"', '\\', '\n', '\\x0A', '" 200 1 "-" "-"\n127.0.0.1 - - [', '\u2028', '\ud800'),
      fc.integer({ min: 1, max: 10_000 }).map((length) => '"'.repeat(length)),
    );
    fc.assert(
      fc.property(hostile, hostile, hostile, (request, referrer, userAgent) => {
        const line = combinedLine({ ...PLAIN, request, referrer, userAgent });
        expect(line).to.match(COMBINED);
        expect(line).to.match(/^[ -~]*$/);
        expect(line.length).to.be.below(64 * 1024);
        const shown = unquoted(COMBINED.exec(line)?.groups?.['userAgent']);
        const bytes = (text: string) =>
          [...text]
            .map((one) => (one.charCodeAt(0) > 0xff ? Buffer.from(one).toString('latin1') : one))
            .join('');
        if (userAgent !== '') expect(shown).to.equal(bytes(userAgent.slice(0, 2_048)));
      }),
    );
  });
});
