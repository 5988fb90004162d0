import { connectionsMetrics } from './connections.ts';
import { execsMetrics } from './execs.ts';
import { filesMetrics } from './files.ts';
import { logsMetrics } from './logs.ts';
import { counter, gauge, OPEN } from './model/define.ts';

/** The counters of the rules' matches, by name: each shows its newest match as an exemplar, on the OpenMetrics page. */
export const EXEMPLIFIED: ReadonlySet<string> = new Set<string>([
  execsMetrics.suspicious.name,
  connectionsMetrics.destinations.name,
  filesMetrics.changes.name,
  logsMetrics.lines.name,
]);

/** What the agent tells about the records of matches; how many matches there were is counted under the metrics of their kinds. */
export const evidenceMetrics = {
  written: counter({
    name: 'kubevigil_events_written_total',
    help: 'Records of matches that were written.',
    labels: { rule: OPEN },
    source: 'the agent',
    since: 'agent',
    columns: [],
  }),
  suppressed: counter({
    name: 'kubevigil_events_suppressed_total',
    help: 'Matches without a record of their own, as the rule had too many in that pod; the next record tells how many.',
    labels: { rule: OPEN },
    source: 'the agent',
    since: 'agent',
    columns: [],
  }),
  dropped: counter({
    name: 'kubevigil_events_dropped_total',
    help: 'Records that --events.output did not take: its disk is full, or its reader slow.',
    labels: {},
    source: 'the agent',
    since: 'agent',
    columns: [],
  }),
  readers: gauge({
    name: 'kubevigil_events_readers',
    help: 'Readers of /events.',
    labels: {},
    source: 'the agent',
    columns: [],
  }),
  readersDropped: counter({
    name: 'kubevigil_events_readers_dropped_total',
    help: 'Readers of /events that were too slow: the newest records overtook them, or they took nothing for a while.',
    labels: { reason: ['overtaken', 'stalled'] },
    source: 'the agent',
    since: 'agent',
    columns: [],
  }),
};
