import { ifReadable } from '../base/sources.ts';
import type { Sample } from '../catalogue/model/sample.ts';
import { sample } from '../catalogue/model/sample.ts';
import { tcpMetrics } from '../catalogue/tcp.ts';
import type { Place } from '../cgroups/place.ts';
import { type Counts, type Part, SummedCounters } from '../counters/summed-counters.ts';
import { readEach } from '../netns/each.ts';
import type { NetworkNamespace } from '../netns/namespaces.ts';
import { podLabels } from '../owners/attribution.ts';
import { HOST_OWNER, ownerOf } from '../owners/namespace-owner.ts';
import type { NodeView } from '../owners/node-view.ts';
import { parseProtocolCounters } from '../parsers/protocol-counters.ts';
import type { Extractor } from '../scrape/extractor.ts';

const SNMP_FIELDS = ['RetransSegs', 'OutRsts'] as const;
const NETSTAT_FIELDS = ['ListenOverflows', 'ListenDrops', 'SyncookiesSent'] as const;

function readCounts(host: NodeView, { folder }: NetworkNamespace): (number | undefined)[] {
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

interface State {
  readonly counters: SummedCounters;
  /** When the youngest process of the look before started: a namespace whose first process came later is new. */
  newestTicks: number;
}

/** The sums of all owners at this moment. */
function look(host: NodeView, state: State) {
  const { read, unread, errors, newestTicks } = readEach(host, (namespace) => readCounts(host, namespace));
  const places = new Map<string, Place | undefined>();
  const parts = new Map<string, Part>();
  let present: readonly boolean[] = [];
  for (const [{ inode, place, beganTicks }, values] of read) {
    const owner = ownerOf(place);
    places.set(owner, place);
    const counts = values.map((value) => value ?? 0);
    parts.set(String(inode), { owner, counts, born: beganTicks >= state.newestTicks });
    present = values.map((value) => value !== undefined);
  }
  for (const { place } of unread) places.set(ownerOf(place), place);
  state.newestTicks = newestTicks;
  const sums = state.counters.advance(
    parts,
    unread.map(({ inode }) => String(inode)),
  );
  return { sums, places, present, errors };
}

/**
 * TCP segments sent again, resets sent, and connection attempts that listeners could not take, by pod.
 *
 * Source: /proc/<pid>/net/{snmp,netstat} of every network namespace, every kernel. A pod's are the kernel's totals. The
 * host's share is counted since the agent started: it holds what namespaces counted that ended since.
 */
export const tcp: Extractor<State> = {
  name: 'tcp',
  metrics: tcpMetrics,
  open({ openView }) {
    const state = { counters: new SummedCounters(HOST_OWNER), newestTicks: Number.POSITIVE_INFINITY };
    // What happens between now and the first scrape is to be counted.
    ifReadable(() => look(openView(), state));
    return state;
  },
  extract(host, state) {
    const { sums, places, present, errors } = look(host, state);
    const samples = [...sums].flatMap(([owner, counts]) =>
      samplesOf(counts, present, podLabels(places.get(owner), host.names)),
    );
    return { samples, errors };
  },
};
