/** evidence.parquet: what happened at the times of the rows, one row an event, so that a label can be traced to its cause. */
import type { ColumnName } from './table.ts';

interface DescribedColumn extends ColumnName {
  readonly help: string;
}

/** The columns in their order. */
export const EVIDENCE_COLUMNS: readonly DescribedColumn[] = [
  { name: 'timestamp', type: 'timestamp', help: 'When it happened, UTC.' },
  {
    name: 'row',
    type: 'timestamp',
    help: 'The `timestamp` of the row that covers it, which has the same cluster, node, and namespace and pod where rows are about pods.',
  },
  { name: 'joined', type: 'int32', help: '1 where the dataset has that row, else 0.' },
  { name: 'cluster', type: 'string', help: 'Cluster of the row; null where no label names it.' },
  { name: 'node', type: 'string', help: 'Node on which it happened.' },
  { name: 'namespace', type: 'string', help: 'Namespace of the pod; null on the host.' },
  { name: 'pod', type: 'string', help: 'Pod in which it happened; null on the host.' },
  {
    name: 'container',
    type: 'string',
    help: "Container; null on the host, and for what is the whole pod's.",
  },
  { name: 'event', type: 'string', help: 'Tells the event from every other of its node.' },
  { name: 'rule', type: 'string', help: 'Rule that matched.' },
  { name: 'kind', type: 'string', help: 'exec, connection, file, log or pod.' },
  { name: 'severity', type: 'string', help: 'Severity of the rule.' },
  { name: 'mitre', type: 'string', help: 'Technique of MITRE ATT&CK of the rule.' },
  {
    name: 'program',
    type: 'string',
    help: 'Executable that was started, or that connected; null for other kinds.',
  },
  {
    name: 'suppressed',
    type: 'int32',
    help: 'Matches of the rule in the pod that were held back before it; 0 when none were.',
  },
  { name: 'label', type: 'string', help: 'Label of the row; null where there is none.' },
  { name: 'episode', type: 'string', help: 'Episode of the row; null where it lies in none.' },
  {
    name: 'details',
    type: 'string',
    help: "The record's own part, as JSON: arguments, address and port, path and change, line; see events.schema.json. Null where names are pseudonyms.",
  },
];

const EVIDENCE_FILE = /^evidence(-[0-9a-f]{16})?\.parquet$/;
/** Where it is written; a bucket adds its contents' digest. */
export const EVIDENCE = 'evidence.parquet';

/** What the name of a file with events tells; undefined for what is no such file. */
export function evidenceFile(path: string): { readonly byContent: boolean } | undefined {
  const [whole, content] = EVIDENCE_FILE.exec(path) ?? [];
  return whole === undefined ? undefined : { byContent: content !== undefined };
}
