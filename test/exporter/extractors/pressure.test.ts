import { expect } from 'chai';
import { SourceError } from '../../../exporter/base/errors.ts';
import { pressure } from '../../../exporter/extractors/pressure.ts';
import { extractOnce, seriesLines } from '../../support/extract.ts';
import { memoryHost } from '../../support/memory-host.ts';

describe('pressure', () => {
  it('reports each resource for itself', async () => {
    const files = {
      'proc/pressure/cpu': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=1500000\n',
      'proc/pressure/io': new SourceError('unreadable', 'proc/pressure/io', 'EACCES'),
    };
    const { samples, errors } = await extractOnce(pressure, memoryHost({ files }));
    expect(seriesLines(samples)).to.deep.equal([
      'kubevigil_pressure_waiting_seconds_total{resource="cpu"} 1.5',
    ]);
    expect(errors.map(({ code, path }) => [code, path])).to.deep.equal([
      ['absent', 'proc/pressure/memory'],
      ['unreadable', 'proc/pressure/io'],
    ]);
  });
});
