import type { SourceError } from '../base/errors.ts';
import { Unread } from '../base/lines.ts';
import { sample } from '../catalogue/model/sample.ts';
import { podNetworkMetrics } from '../catalogue/pod-network.ts';
import type { Place } from '../cgroups/place.ts';
import { type Part, SummedCounters } from '../counters/summed-counters.ts';
import { readEach } from '../netns/each.ts';
import { podLabels } from '../owners/attribution.ts';
import { ownerOf } from '../owners/namespace-owner.ts';
import { parseNetDev } from '../parsers/netdev.ts';
import type { Extractor } from '../scrape/extractor.ts';

const LOOPBACK = 'lo';

/**
 * Bytes that pods received and transmitted.
 *
 * Source: /proc/<pid>/net/dev of every network namespace that is a pod's, every kernel; the sum of all devices but
 * loopback. Pods in the host's network have no share of their own. A pod that runs a bridge with containers of its
 * own counts their traffic on each device that it passes.
 */
export const podNetwork: Extractor<SummedCounters> = {
  name: 'pod-network',
  metrics: podNetworkMetrics,
  open: () => new SummedCounters(),
  extract(host, counters) {
    const { read, unread, errors } = readEach(host, ({ folder, place }) => {
      if (place === undefined) return undefined;
      const odd = new Unread(`${folder}/dev`);
      return { devices: parseNetDev(host.read(odd.path), odd), odd };
    });
    const places = new Map<string, Place>();
    const parts = new Map<string, Part>();
    const oddErrors: SourceError[] = [];
    const oddNames: string[] = [];
    for (const [{ inode, place }, table] of read) {
      if (place === undefined || table === undefined) continue;
      const { devices, odd } = table;
      oddErrors.push(...odd.errors((device) => device !== LOOPBACK));
      for (const device of odd.names) oddNames.push(`${inode} ${device}`);
      const owner = ownerOf(place);
      places.set(owner, place);
      for (const [device, { receiveBytes, transmitBytes }] of devices) {
        // Loopback counts as nothing, so that a pod without any other device shows zeros.
        const counts = device === LOOPBACK ? [0, 0] : [receiveBytes, transmitBytes];
        parts.set(`${inode} ${device}`, { owner, counts });
      }
    }
    for (const { place } of unread) if (place !== undefined) places.set(ownerOf(place), place);
    const kept = unread.flatMap(({ inode }) => counters.namesBeginningWith(`${inode} `));
    const sums = counters.advance(parts, [...kept, ...oddNames]);
    const samples = [...sums].flatMap(([owner, [receive = 0, transmit = 0]]) => {
      const labels = podLabels(places.get(owner), host.names);
      return [
        sample(podNetworkMetrics.bytes, receive, { direction: 'receive', ...labels }),
        sample(podNetworkMetrics.bytes, transmit, { direction: 'transmit', ...labels }),
      ];
    });
    return { samples, errors: [...errors, ...oddErrors] };
  },
};
