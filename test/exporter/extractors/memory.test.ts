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

  it('is malformed when more is available than there is (lxcfs)', async () => {
    const failure = await extract('MemTotal: 524288 kB\nMemAvailable: 26214400 kB\n').catch((error) => error);
    expect(failure).to.include({ code: 'malformed' });
    expect(failure.message).to.equal(
      'proc/meminfo: expected MemAvailable within MemTotal, 536870912 bytes, found "26843545600 bytes"',
    );
  });

  it('is malformed without MemTotal', async () => {
    const failure = await extract('MemAvailable: 60 kB\n').catch((error) => error);
    expect(failure).to.have.property('code', 'malformed');
  });
});
