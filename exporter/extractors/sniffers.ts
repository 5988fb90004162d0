import { groupBy } from '../../common/collections.ts';
import { SourceError } from '../base/errors.ts';
import { Unread } from '../base/lines.ts';
import { ifPresent } from '../base/sources.ts';
import { sample } from '../catalogue/model/sample.ts';
import { sniffersMetrics } from '../catalogue/sniffers.ts';
import { readEach } from '../netns/each.ts';
import type { NetworkNamespace } from '../netns/namespaces.ts';
import { countPromiscuous, SysfsFinder } from '../netns/promiscuous.ts';
import { podLabels } from '../owners/attribution.ts';
import { ownerOf } from '../owners/namespace-owner.ts';
import type { NodeView } from '../owners/node-view.ts';
import { parseNetDev } from '../parsers/netdev.ts';
import { countPacketSockets } from '../parsers/packet.ts';
import { parseRawSockets } from '../parsers/sockstat.ts';
import type { Extractor } from '../scrape/extractor.ts';

const HOST_CLASS_NET = 'sys/class/net';

interface Sniffers {
  /** Lines that were left out. */
  readonly errors: readonly SourceError[];
  /** Undefined where this kernel has none, or has not loaded its module for them. */
  readonly packetSockets: number | undefined;
  readonly rawSockets: number | undefined;
  /** Undefined where the flags of the devices cannot be seen. */
  readonly promiscuous: number | undefined;
}

/** Where the flags of a pod's devices are; what is in the way takes nothing from its packet sockets. */
function classNetOf(
  host: NodeView,
  namespace: NetworkNamespace,
  finder: SysfsFinder,
  errors: SourceError[],
): string | undefined {
  try {
    return finder.classNet(host, namespace);
  } catch (error) {
    if (!(error instanceof SourceError) || error.code !== 'failed') throw error;
    errors.push(error);
    return undefined;
  }
}

/** Files that the sockets are counted by anyway; a trouble with them takes nothing from the packet sockets. */
function rawSocketsOf(host: NodeView, folder: string, errors: SourceError[]): number | undefined {
  const read = (path: string) => ifPresent(() => parseRawSockets(host.read(path), path));
  try {
    // sockstat6 is not there where IPv6 is switched off.
    return total(['sockstat', 'sockstat6'].map((file) => read(`${folder}/${file}`)));
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    errors.push(error);
    return undefined;
  }
}

function readSniffers(host: NodeView, namespace: NetworkNamespace, finder: SysfsFinder): Sniffers {
  const { folder, isHost } = namespace;
  const [packet, dev] = [new Unread(`${folder}/packet`), new Unread(`${folder}/dev`)];
  // Names are enough: one whose numbers could not be read is as good as any.
  const devices = [...parseNetDev(host.read(dev.path), dev).keys(), ...dev.names];
  const unseen: SourceError[] = [];
  const classNet = isHost ? host.locate(HOST_CLASS_NET) : classNetOf(host, namespace, finder, unseen);
  const packetSockets = ifPresent(() => countPacketSockets(host.read(packet.path), packet));
  const rawSockets = rawSocketsOf(host, folder, unseen);
  return {
    errors: [...unseen, ...packet.errors(), ...dev.errors(() => false)],
    packetSockets,
    rawSockets,
    promiscuous: classNet === undefined ? undefined : countPromiscuous(classNet, devices),
  };
}

/** Sums what is known; undefined where nothing is. */
function total(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}

/**
 * Packet sockets, raw sockets, and interfaces in promiscuous mode that are not ports of a bridge, by pod.
 *
 * Source: /proc/<pid>/net/packet and, for raw sockets, sockstat of every network namespace, every kernel; interface flags of the host, and of pods
 * through the sysfs that their runtime mounted. A pod without one has no `promiscuous_interface`.
 */
export const sniffers: Extractor<SysfsFinder> = {
  name: 'sniffers',
  metrics: sniffersMetrics,
  open: () => new SysfsFinder(),
  extract(host, finder) {
    const { read, errors } = readEach(host, (namespace) => readSniffers(host, namespace, finder));
    finder.retain(read.keys());
    const owners = groupBy(read, ([{ place }]) => ownerOf(place));
    const samples = [...owners.values()].flatMap((found) => {
      const labels = podLabels(found[0]?.[0].place, host.names);
      const counts = {
        packet_socket: total(found.map(([, { packetSockets }]) => packetSockets)),
        raw_socket: total(found.map(([, { rawSockets }]) => rawSockets)),
        promiscuous_interface: total(found.map(([, { promiscuous }]) => promiscuous)),
      };
      return sniffersMetrics.sniffers.labels.kind.flatMap((kind) => {
        const count = counts[kind];
        return count === undefined ? [] : [sample(sniffersMetrics.sniffers, count, { kind, ...labels })];
      });
    });
    return { samples, errors: [...errors, ...[...read.values()].flatMap((each) => each.errors)] };
  },
};
