import { expect } from 'chai';
import { memory } from '../../../exporter/extractors/memory.ts';
import { extractOnce, seriesLines } from '../../support/extract.ts';
import { memoryHost } from '../../support/memory-host.ts';

const extract = (text: string) => extractOnce(memory, memoryHost({ files: { 'proc/meminfo': text } }));

describe('memory', () => {
  it('splits the total into available and used', async () => {
    const { samples } = await extract('MemTotal: 100 kB\nMemFree: 1 kB\nMemAvailable: 60 kB\n');
    expect(seriesLines(samples)).to.deep.equal([
      'kubevigil_memory_bytes{state="used"} 40960',
      'kubevigil_memory_bytes{state="available"} 61440',
    ]);
  });

  it('is absent on a kernel without MemAvailable', async () => {
    const failure = await extract('MemTotal: 100 kB\nMemFree: 1 kB\n').catch((error) => error);
    expect(failure).to.have.property('code', 'absent');
  });

  it('is malformed without MemTotal', async () => {
    const failure = await extract('MemAvailable: 60 kB\n').catch((error) => error);
    expect(failure).to.have.property('code', 'malformed');
  });
});
