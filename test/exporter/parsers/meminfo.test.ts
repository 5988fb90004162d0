import { expect } from 'chai';
import { parseMeminfoField } from '../../../exporter/parsers/meminfo.ts';

const PATH = 'proc/meminfo';
const TEXT = 'MemTotal:        16265556 kB\nMemFree:             1 kB\nHugePages_Total:       0\n';

describe('parseMeminfoField', () => {
  it('gives bytes', () => {
    expect(parseMeminfoField(TEXT, 'MemTotal', PATH)).to.equal(16265556 * 1024);
  });

  it('gives undefined for a field that the kernel does not have', () => {
    expect(parseMeminfoField(TEXT, 'MemAvailable', PATH)).to.equal(undefined);
  });

  for (const line of [
    'MemTotal: kB',
    'MemTotal: 1f kB',
    'MemTotal: -1 kB',
    'MemTotal: 12',
    'MemTotal: 12 MB',
  ]) {
    it(`refuses ${line}`, () => {
      expect(() => parseMeminfoField(line, 'MemTotal', PATH)).to.throw('expected "MemTotal: <number> kB"');
    });
  }
});
