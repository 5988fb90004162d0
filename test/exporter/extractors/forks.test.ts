import { expect } from 'chai';
import { forks } from '../../../exporter/extractors/forks.ts';
import { extractOnce, seriesLines } from '../../support/extract.ts';
import { memoryHost } from '../../support/memory-host.ts';

describe('forks', () => {
  it('exposes the kernel counter', async () => {
    const { samples } = await extractOnce(forks, memoryHost({ files: { 'proc/stat': 'processes 12\n' } }));
    expect(seriesLines(samples)).to.deep.equal(['kubevigil_forks_total 12']);
  });
});
