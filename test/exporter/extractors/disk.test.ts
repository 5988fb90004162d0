import { expect } from 'chai';
import { SourceError } from '../../../exporter/base/errors.ts';
import { disk } from '../../../exporter/extractors/disk.ts';
import { extractOnce } from '../../support/extract.ts';
import { fixtureHost } from '../../support/fixture-host.ts';
import { memoryHost } from '../../support/memory-host.ts';

const VDA = ' 254 0 vda 1 2 3 4 5 6 7 8 9 10 11\n';

describe('disk', () => {
  it('leaves out partitions, device-mapper, loop, zram and the hidden paths of a multipath disk', async () => {
    const { samples } = await extractOnce(disk, fixtureHost());
    expect(new Set(samples.map(({ labels }) => labels['device']))).to.deep.equal(
      new Set(['nvme0n1', 'nvme1n1']),
    );
  });

  it('fails when /sys denies what a device is', async () => {
    const files = {
      'proc/diskstats': VDA,
      'sys/block/vda/device/type': '0',
      'sys/block/vda/hidden': new SourceError('unreadable', 'sys/block/vda/hidden', 'EACCES'),
    };
    const failure = await extractOnce(disk, memoryHost({ files })).catch((error) => error);
    expect(failure).to.have.property('code', 'unreadable');
  });

  it('loses a line that it does not understand and no other, and fails for a disk of its own only', async () => {
    const look = async (device: string) => {
      const files = {
        'proc/diskstats': `${VDA} 254 16 vdb 1 2\nwhat is this\n`,
        'sys/block/vda/device/type': '0',
        [`sys/block/${device}/device/type`]: '0',
      };
      const { samples, errors } = await extractOnce(disk, memoryHost({ files }));
      expect(samples.map(({ value }) => value)).to.deep.equal([3 * 512, 7 * 512]);
      return errors.map(({ code }) => code);
    };
    expect(await look('vda')).to.deep.equal(['foreign']);
    expect(await look('vdb')).to.deep.equal(['malformed']);
  });

  it('has no series on a host without disks of its own', async () => {
    const { samples, errors } = await extractOnce(disk, memoryHost({ files: { 'proc/diskstats': VDA } }));
    expect([samples, errors]).to.deep.equal([[], []]);
  });
});
