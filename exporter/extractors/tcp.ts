import { tcpMetrics } from '../catalogue/tcp.ts';
import { podLabels } from '../containers/attribution.ts';
import type { Place } from '../containers/place.ts';
import type { Extractor, Sample } from '../extractor.ts';
import { sample } from '../extractor.ts';
import type { Host } from '../host.ts';
import { Accumulator, type Counts } from '../netns/accumulator.ts';
import { readEach } from '../netns/each.ts';
import type { NetworkNamespace } from '../netns/namespaces.ts';
import { HOST_OWNER, ownerOf } from '../netns/owner.ts';
import { parseProtocolCounters } from '../parsers/protocol-counters.ts';

const SNMP_FIELDS = ['RetransSegs', 'OutRsts'] as const;
const NETSTAT_FIELDS = ['ListenOverflows', 'ListenDrops', 'SyncookiesSent'] as const;

function readCounts(host: Host, { folder }: NetworkNamespace): (number | undefined)[] {
  const [snmp, netstat] = [`${folder}/snmp`, `${folder}/netstat`];
  return [
    ...parseProtocolCounters(host.read(snmp), snmp, 'Tcp', SNMP_FIELDS),
    ...parseProtocolCounters(host.read(netstat), netstat, 'TcpExt', NETSTAT_FIELDS),
  ];
}

function samplesOf(
  counts: Counts,
  present: readonly boolean[],
  labels: ReturnType<typeof podLabels>,
): Sample[] {
  const [retransmitted = 0, resets = 0, overflows = 0, drops = 0, cookies = 0] = counts;
  const [hasRetransmitted, hasResets, hasOverflows, hasDrops, hasCookies] = present;
  // The kernel counts an overflow among the drops as well.
  const otherDrops = Math.max(0, drops - overflows);
  return [
    ...(hasRetransmitted ? [sample(tcpMetrics.retransmitted, retransmitted, labels)] : []),
    ...(hasOverflows ? [sample(tcpMetrics.listenEvents, overflows, { event: 'overflow', ...labels })] : []),
    ...(hasOverflows && hasDrops
      ? [sample(tcpMetrics.listenEvents, otherDrops, { event: 'drop_other', ...labels })]
      : []),
    ...(hasCookies ? [sample(tcpMetrics.listenEvents, cookies, { event: 'syncookie', ...labels })] : []),
    ...(hasResets ? [sample(tcpMetrics.resets, resets, labels)] : []),
  ];
}

/**
 * TCP segments sent again, resets sent, and connection attempts that listeners could not take, by pod.
 *
 * Source: /proc/<pid>/net/{snmp,netstat} of every network namespace, every kernel.
 */
export const tcp: Extractor<Accumulator> = {
  name: 'tcp',
  metrics: tcpMetrics,
  open: () => new Accumulator(HOST_OWNER),
  extract(host, accumulator) {
    const { read, unread, errors } = readEach(host, (namespace) => readCounts(host, namespace));
    const places = new Map<string, Place | undefined>();
    const sources = new Map<string, { owner: string; counts: Counts }>();
    let present: readonly boolean[] = [];
    for (const [{ inode, place }, values] of read) {
      const owner = ownerOf(place);
      places.set(owner, place);
      sources.set(String(inode), { owner, counts: values.map((value) => value ?? 0) });
      present = values.map((value) => value !== undefined);
    }
    for (const { place } of unread) places.set(ownerOf(place), place);
    const totals = accumulator.advance(
      sources,
      unread.map(({ inode }) => String(inode)),
    );
    const samples = [...totals].flatMap(([owner, counts]) =>
      samplesOf(counts, present, podLabels(places.get(owner), host.names)),
    );
    return { samples, errors };
  },
};
