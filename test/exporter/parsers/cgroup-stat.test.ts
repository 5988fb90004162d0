import { expect } from 'chai';
import { parseFlatKeyed, parseSingle } from '../../../exporter/parsers/cgroup-stat.ts';

const PATH = 'sys/fs/cgroup/<container>/cpu.stat';

describe('parseFlatKeyed', () => {
  const V1 = 'nr_periods 12\nnr_throttled 3\nthrottled_time 1234567890\nwait_sum 99\n';
  const V2 = 'usage_usec 812345678\nuser_usec 541563785\nnr_throttled 33\nthrottled_usec 4567890\n';
  const cases: [string, string, number | undefined][] = [
    [V1, 'throttled_time', 1234567890],
    [V1, 'throttled_usec', undefined],
    [V2, 'usage_usec', 812345678],
    [V2, 'throttled_usec', 4567890],
    [V2, 'usec', undefined],
    ['usage_usec 15', 'usage_usec', 15],
    ['total_inactive_file 7\ninactive_file 8\n', 'inactive_file', 8],
    ['', 'usage_usec', undefined],
  ];
  for (const [text, name, value] of cases) {
    it(`finds ${name} in ${JSON.stringify(text.slice(0, 40))}: ${value}`, () => {
      expect(parseFlatKeyed(text, PATH, name)).to.equal(value);
    });
  }

  for (const text of [
    'usage_usec \n',
    'usage_usec -1',
    'usage_usec 1 2',
    'usage_usec 1.5',
    'x 1\nusage_usec y\n',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseFlatKeyed(text, PATH, 'usage_usec')).to.throw('cpu.stat: expected');
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
