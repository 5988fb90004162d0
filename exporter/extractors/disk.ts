import { diskMetrics } from '../catalogue/disk.ts';
import type { Extractor } from '../extractor.ts';
import { sample } from '../extractor.ts';
import type { Host } from '../host.ts';
import { parseDiskstats } from '../parsers/diskstats.ts';
import { ifPresent } from '../sources.ts';

const DISKSTATS = 'proc/diskstats';

/**
 * Whether a block device is hardware (or the hypervisor's) and not made of others: partitions, device-mapper, md,
 * loop and zram devices have no `device` link. The paths of a multipath NVMe disk are `hidden` and would count its
 * bytes again.
 */
function isDisk(host: Host, folder: string): boolean {
  return host.exists(`${folder}/device`) && ifPresent(() => host.read(`${folder}/hidden`))?.trim() !== '1';
}

/**
 * Bytes read from and written to the node's disks.
 *
 * Source: /proc/diskstats, every kernel; /sys/block tells which of its devices are disks.
 */
export const disk: Extractor = {
  name: 'disk',
  metrics: diskMetrics,
  extract(host) {
    const disks = parseDiskstats(host.read(DISKSTATS), DISKSTATS);
    return [...disks].flatMap(([device, bytes]) => {
      if (!isDisk(host, `sys/block/${device.replaceAll('/', '!')}`)) return [];
      return [
        sample(diskMetrics.bytes, bytes.read, { device, direction: 'read' }),
        sample(diskMetrics.bytes, bytes.write, { device, direction: 'write' }),
      ];
    });
  },
};
