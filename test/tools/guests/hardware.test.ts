import { expect } from 'chai';
import { qemuArguments } from '../../../tools/guests/hardware.ts';

describe('guests, the emulator', () => {
  const args = qemuArguments({
    ...{ kernel: { image: '/k', initrd: '/i' }, root: '/root.img', disks: ['/data', '/product'] },
    ...{ cpus: 1, memoryMiB: 1024, words: ['maxcpus=1'] },
    forwards: [{ hostPort: 12_345, guestPort: 24_924 }],
    serials: ['/console', '/results'],
  });
  const valuesOf = (flag: string) => args.flatMap((arg, i) => (args[i - 1] === flag ? [arg] : []));

  it('reaches nothing, and is reached on loopback by the ports that are asked for alone', () => {
    expect(valuesOf('-netdev')).to.deep.equal(['user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:12345-:24924']);
  });

  it('changes no disk, and has them in the order in which the root expects them', () => {
    expect(valuesOf('-drive')).to.deep.equal(
      ['/root.img', '/data', '/product'].map((file) => `file=${file},if=virtio,format=raw,snapshot=on`),
    );
  });

  it('starts the unit that the root has for guests, with what is asked for behind it', () => {
    const [words = ''] = valuesOf('-append');
    expect(words).to.match(/systemd\.unit=lab\.service maxcpus=1$/);
    expect(valuesOf('-serial')).to.deep.equal(['file:/console', 'file:/results']);
  });
});
