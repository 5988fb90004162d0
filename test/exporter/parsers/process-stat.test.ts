import { expect } from 'chai';
import fc from 'fast-check';
import { statField } from '../../../exporter/parsers/process-stat.ts';

const FIELDS = Array.from({ length: 50 }, (_, i) => `${i + 3}`);

describe('statField', () => {
  it('goes by the numbers of the manual page, whatever the name holds', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 3, max: 52 }), (name, number) => {
        expect(statField(`7 (${name}) ${FIELDS.join(' ')}`, number)).to.equal(String(number));
      }),
    );
  });

  it('is undefined behind the end', () => {
    expect(statField('7 (a) S 1', 4)).to.equal('1');
    expect(statField('7 (a) S 1', 5)).to.equal(undefined);
    expect(statField('', 4)).to.equal(undefined);
  });
});
