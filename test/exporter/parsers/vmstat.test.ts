import { expect } from 'chai';
import { parseVmstatCounter } from '../../../exporter/parsers/vmstat.ts';

const PATH = 'proc/vmstat';

describe('parseVmstatCounter', () => {
  it('takes a counter by its whole name', () => {
    expect(parseVmstatCounter('oom_kill_x 9\noom_kill 3\n', 'oom_kill', PATH)).to.equal(3);
  });

  it('gives undefined for a counter that the kernel does not have', () => {
    expect(parseVmstatCounter('nr_free_pages 1\n', 'oom_kill', PATH)).to.equal(undefined);
  });

  for (const text of ['', 'garbage', 'nr_free_pages 1\noom_kill', 'nr_free_pages 1\noom_kill x\n']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseVmstatCounter(text, 'oom_kill', PATH)).to.throw('proc/vmstat: expected');
    });
  }
});
