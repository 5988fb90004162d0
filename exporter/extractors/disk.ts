import { Unread } from '../base/lines.ts';
import { ifPresent } from '../base/sources.ts';
import { diskMetrics } from '../catalogue/disk.ts';
import { sample } from '../catalogue/model/sample.ts';
import type { Host } from '../host/host.ts';
import { parseDiskstats } from '../parsers/diskstats.ts';
import type { Extractor } from '../scrape/extractor.ts';

const DISKSTATS = 'proc/diskstats';

/**
 * Whether a block device is hardware (or the hypervisor's) and not made of others: partitions, device-mapper, md,
 * loop and zram devices have no `device` link. The paths of a multipath NVMe disk are `hidden` and would count its
 * bytes again.
 */
function isDisk(host: Host, device: string): boolean {
  const folder = `sys/block/${device.replaceAll('/', '!')}`;
  return host.exists(`${folder}/device`) && ifPresent(() => host.read(`${folder}/hidden`))?.trim() !== '1';
}

/** What was found out about the devices of the scrape before: as long as it is there a device stays what it is. */
interface State {
  known: ReadonlyMap<string, boolean>;
}

/**
 * Bytes read from and written to the node's disks.
 *
 * Source: /proc/diskstats, every kernel; /sys/block tells which of its devices are disks.
 */
export const disk: Extractor<State> = {
  name: 'disk',
  metrics: diskMetrics,
  open: () => ({ known: new Map() }),
  extract(host, state) {
    const unread = new Unread(DISKSTATS);
    const devices = parseDiskstats(host.read(DISKSTATS), unread);
    const known = new Map<string, boolean>();
    for (const device of devices.keys()) known.set(device, state.known.get(device) ?? isDisk(host, device));
    state.known = known;
    const samples = [...devices].flatMap(([device, bytes]) => {
      if (known.get(device) !== true) return [];
      return [
        sample(diskMetrics.bytes, bytes.read, { device, direction: 'read' }),
        sample(diskMetrics.bytes, bytes.write, { device, direction: 'write' }),
      ];
    });
    return { samples, errors: unread.errors((device) => !devices.has(device) && isDisk(host, device)) };
  },
};
