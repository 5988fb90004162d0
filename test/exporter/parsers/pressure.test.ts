import { expect } from 'chai';
import { parsePressure } from '../../../exporter/parsers/pressure.ts';

const IO = 'proc/pressure/io';

describe('parsePressure', () => {
  it('takes the total of "some"', () => {
    const text =
      'some avg10=0.06 avg60=0.21 avg300=0.99 total=8537362\nfull avg10=0.00 avg60=0.13 avg300=0.65 total=9\n';
    expect(parsePressure(text, IO)).to.deep.equal({ some: 8537362 });
  });

  it('skips kinds of lines that it does not know', () => {
    expect(parsePressure('most total=1\nsome total=2\n', IO)).to.deep.equal({ some: 2 });
  });

  for (const text of [
    '',
    'full avg10=0.00 total=1\n',
    'some avg10=0.00 avg60',
    'some total=0x10\n',
    '\0\0\0',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parsePressure(text, IO)).to.throw('proc/pressure/io: expected a line "some');
    });
  }
});
