import { expect } from 'chai';
import { parseFlatKeyed, parseSingle } from '../../../exporter/parsers/cgroup-stat.ts';

const PATH = 'sys/fs/cgroup/<container>/cpu.stat';

describe('parseFlatKeyed', () => {
  const recorded = {
    'v1 cpu.stat': 'nr_periods 12\nnr_throttled 3\nthrottled_time 1234567890\nwait_sum 99\n',
    'v2 cpu.stat':
      'usage_usec 812345678\nuser_usec 541563785\nsystem_usec 270781893\nnr_throttled 33\nthrottled_usec 4567890\n',
    'v2 cpu.stat without the controller': 'usage_usec 15\nuser_usec 10\nsystem_usec 5\n',
  };
  for (const [what, text] of Object.entries(recorded)) {
    it(`reads ${what}`, () => {
      const values = parseFlatKeyed(text, PATH);
      const lines = [...values].map(([name, value]) => `${name} ${value}\n`);
      expect(lines.join('')).to.equal(text);
    });
  }

  it('reads an empty file', () => expect(parseFlatKeyed('', PATH).size).to.equal(0));

  for (const text of ['x', 'usage_usec', 'usage_usec -1', 'usage_usec 1 2', 'usage_usec 1.5']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseFlatKeyed(text, PATH)).to.throw('cpu.stat: expected');
    });
  }
});

describe('parseSingle', () => {
  it('reads a number', () => expect(parseSingle('61865984\n', PATH)).to.equal(61865984));

  for (const text of ['', 'max\n', '-1\n', '1 2\n']) {
    it(`refuses ${JSON.stringify(text)}`, () =>
      expect(() => parseSingle(text, PATH)).to.throw('expected one number'));
  }
});
