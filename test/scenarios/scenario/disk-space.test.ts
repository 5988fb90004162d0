import { expect } from 'chai';
import { fillRefusal, mountpoints } from '../../../scenarios/scenario/disk-space.ts';

const MOUNTINFO = [
  '22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw',
  '23 22 0:20 / /proc rw - proc proc rw',
  '24 22 0:21 / /dev/shm rw - tmpfs tmpfs rw',
  '25 22 254:16 / /data rw master:2 - xfs /dev/vdb rw',
  '26 22 254:32 / /media/image ro - ext4 /dev/vdc ro',
  '27 22 0:30 / /mnt/share rw - nfs4 server:/share rw',
  '28 22 254:48 / /with\\040space rw - ext4 /dev/vdd rw',
  '',
].join('\n');

describe('filling a filesystem', () => {
  it('looks at those that an agent counts and that answer at once', () => {
    expect([...mountpoints(MOUNTINFO)]).to.deep.equal(['/', '/data']);
  });

  for (const [why, then, used, expected] of [
    ['none is fuller', 0.5, { '/': 0.499, '/data': 0.1 }, undefined],
    [
      'another is fuller',
      0.5,
      { '/': 0.3, '/data': 0.51 },
      '/data is and stays fuller than /scratch: filesystem_used_ratio would show nothing',
    ],
    ['the kubelet would take note', 0.801, { '/': 0.3 }, 'would leave /scratch more than 80 % full'],
    ['another cannot be seen', 0.5, {}, undefined],
  ] as const) {
    it(`is ${expected === undefined ? 'allowed' : 'refused'} where ${why}`, () => {
      const usedOf = (mountpoint: string): number => {
        const ratio = (used as Record<string, number>)[mountpoint];
        if (ratio === undefined) throw new Error('not seen');
        return ratio;
      };
      expect(fillRefusal('/scratch', then, ['/', '/data'], usedOf)).to.equal(expected);
    });
  }
});
