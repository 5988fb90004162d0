import { groupBy } from '../../common/collections.ts';
import { agentMetrics } from '../catalogue/agent.ts';
import type { Sample } from '../catalogue/model/sample.ts';
import { sample } from '../catalogue/model/sample.ts';
import { socketsMetrics } from '../catalogue/sockets.ts';
import { type NamespaceSockets, SocketCounts } from '../netns/socket-census.ts';
import { SOCKET_STATE } from '../netns/socket-table.ts';
import { podLabels } from '../owners/attribution.ts';
import type { ContainerNames } from '../owners/names.ts';
import { ownerOf } from '../owners/namespace-owner.ts';
import type { Extractor } from '../scrape/extractor.ts';

const { established, synSent, synReceived, newSynReceived, timeWait, closeWait, listen } = SOCKET_STATE;

/** Which states of the tables make which value of the label; `established` comes from elsewhere. */
const LABELLED = {
  syn_sent: [synSent],
  syn_recv: [synReceived, newSynReceived],
  time_wait: [timeWait],
  close_wait: [closeWait],
};
const NAMED: readonly number[] = [established, listen, ...Object.values(LABELLED).flat()];
const OTHER = Array.from({ length: 16 }, (_, state) => state).filter((state) => !NAMED.includes(state));

function samplesOf(sockets: readonly NamespaceSockets[], names: ContainerNames): Sample[] {
  const labels = podLabels(sockets[0]?.namespace.place, names);
  const { connections, listening } = socketsMetrics;
  const total = sockets.reduce((sum, each) => sum + each.established, 0);
  const fromSnmp = sample(connections, total, { state: 'established', ...labels });
  const tables = sockets.flatMap((each) => each.tables ?? []);
  // Part of a pod's sockets would look like fewer sockets.
  if (tables.length < sockets.length) return [fromSnmp];
  const count = (states: readonly number[]) =>
    tables.reduce((sum, { tcp }) => states.reduce((inner, state) => inner + (tcp[state] ?? 0), sum), 0);
  const udp = tables.reduce((sum, { unconnectedUdp }) => sum + unconnectedUdp, 0);
  return [
    fromSnmp,
    sample(connections, count(LABELLED.syn_sent), { state: 'syn_sent', ...labels }),
    sample(connections, count(LABELLED.syn_recv), { state: 'syn_recv', ...labels }),
    sample(connections, count(LABELLED.time_wait), { state: 'time_wait', ...labels }),
    sample(connections, count(LABELLED.close_wait), { state: 'close_wait', ...labels }),
    sample(connections, count(OTHER), { state: 'other', ...labels }),
    sample(listening, count([listen]), { protocol: 'tcp', ...labels }),
    sample(listening, udp, { protocol: 'udp', ...labels }),
  ];
}

/**
 * TCP connections by state, and listening sockets, by pod.
 *
 * Source: /proc/<pid>/net/{snmp,sockstat,sockstat6} of every network namespace at every scrape, and its
 * net/{tcp,tcp6,udp,udp6} in rotation, every kernel. Until its first turn a namespace has no more than `established`.
 */
export const sockets: Extractor<SocketCounts> = {
  name: 'sockets',
  metrics: socketsMetrics,
  open: () => new SocketCounts(),
  extract(host, counts) {
    const { sockets: found, ageSeconds, errors } = counts.take(host, performance.now());
    const owners = groupBy(found, ({ namespace }) => ownerOf(namespace.place));
    const samples = [...owners.values()].flatMap((each) => samplesOf(each, host.names));
    if (ageSeconds !== undefined) samples.push(sample(agentMetrics.socketTableAge, ageSeconds));
    return { samples, errors };
  },
};
