import { expect } from 'chai';
import fc from 'fast-check';
import { SourceError } from '../../../exporter/base/errors.ts';
import { isElevated, parseStatus } from '../../../exporter/processes/status.ts';
import { anyCharacter } from '../../support/any-character.ts';

const PATH = 'proc/7/status';
const STATUS =
  'Name:\tx\\nTracerPid:\t9\nState:\tS (sleeping)\nTracerPid:\t0\nCapPrm:\t00000000a80425fb\nSeccomp:\t0\n';

describe('parseStatus', () => {
  it('is not fooled by a name', () => {
    expect(parseStatus(STATUS, PATH)).to.deep.equal({ traced: false, capabilities: 0xa80425fbn });
  });

  it('sees a tracer', () => {
    expect(parseStatus(STATUS.replace('TracerPid:\t0', 'TracerPid:\t1504'), PATH).traced).to.equal(true);
  });

  for (const text of ['', STATUS.replace('\nCapPrm', '\nX'), STATUS.replace('Pid:\t0', 'Pid:\tx')]) {
    it(`refuses ${JSON.stringify(text.slice(0, 60))}`, () => {
      expect(() => parseStatus(text, PATH)).to.throw('proc/7/status: expected');
    });
  }

  it('throws nothing but SourceError', () => {
    fc.assert(
      fc.property(fc.nat(STATUS.length), fc.string({ unit: anyCharacter, maxLength: 9 }), (at, noise) => {
        try {
          parseStatus(STATUS.slice(0, at) + noise + STATUS.slice(at + 2), PATH);
        } catch (error) {
          expect(error).to.be.instanceOf(SourceError);
        }
      }),
    );
  });
});

describe('isElevated', () => {
  const cases: [string, bigint, boolean][] = [
    ['nothing', 0n, false],
    ["Docker's default", 0xa80425fbn, false],
    ["CRI-O's default", 0x5fbn, false],
    ['net_admin', 0xa80425fbn | (1n << 12n), true],
    ['sys_admin alone', 1n << 21n, true],
    ['all of them', 0x1ffffffffffn, true],
  ];
  for (const [what, capabilities, elevated] of cases) {
    it(`${what}: ${elevated}`, () => expect(isElevated(capabilities)).to.equal(elevated));
  }
});
