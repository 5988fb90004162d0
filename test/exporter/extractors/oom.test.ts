import { expect } from 'chai';
import { oom } from '../../../exporter/extractors/oom.ts';
import { extractOnce, seriesLines } from '../../support/extract.ts';
import { memoryHost } from '../../support/memory-host.ts';

const extract = (text: string) => extractOnce(oom, memoryHost({ files: { 'proc/vmstat': text } }));

describe('oom', () => {
  it('exposes the kernel counter', async () => {
    expect(seriesLines((await extract('nr_free_pages 1\noom_kill 2\n')).samples)).to.deep.equal([
      'kubevigil_oom_kills_total 2',
    ]);
  });

  it('is absent, not 0, on a kernel that does not count', async () => {
    const failure = await extract('nr_free_pages 1\n').catch((error) => error);
    expect(failure).to.have.property('code', 'absent');
  });
});
