/**
 * The record of a match: one line of JSON that holds what happened, beside the counter that holds how often.
 *
 * Under the kind's name stand the fields that conditions see ({@link FIELDS}), and what only the record has ({@link RECORD_FIELDS}). Names of pods
 * and containers stand at the top. A field that could not be told is left out, never empty or 0.
 */
import { FIELDS, type FieldSpec, RULE_KINDS, type RuleKind } from './fields.ts';

/** Fields of conditions that stand at the top of a record, and by which name. */
export const LIFTED: Readonly<Record<string, string>> = {
  pod_namespace: 'namespace',
  pod: 'pod',
  container: 'container',
  image: 'image',
};

/** How serious a rule's match can be. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const;

type HeadSpec = Omit<FieldSpec, 'type'> & {
  readonly type: 'string' | 'int';
  readonly values?: readonly string[];
  readonly pattern?: string;
};

/** What every record has, in this order. */
export const RECORD_HEAD = {
  id: {
    type: 'string',
    help: 'Tells it from every other record of this node, in the order in which they were written: when the agent started, in Unix milliseconds, and its number.',
    pattern: '^[0-9]{1,15}-[0-9]{1,15}$',
  },
  time: {
    type: 'string',
    help: "When it happened (RFC 3339, UTC): an exec or connection by the kernel's clock, a file by its time of change, a line of a container or of the journal by the time that was written with it; else when it was found.",
    pattern: String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$`,
  },
  node: { type: 'string', help: 'The node, as --node-name has it.' },
  rule: { type: 'string', help: 'The rule that matched; of several rules each has a record.' },
  on: { type: 'string', help: 'The kind of event.', values: RULE_KINDS },
  severity: { type: 'string', help: "The rule's severity.", values: SEVERITIES },
  mitre: { type: 'string', help: "The rule's technique of MITRE ATT&CK." },
  description: { type: 'string', help: "The rule's description." },
  namespace: { type: 'string', help: 'Empty on the host, and while the pod is not known by name.' },
  pod: {
    type: 'string',
    help: 'Empty on the host; _unknown where it could not be told; its short uid while it is not known by name.',
  },
  container: {
    type: 'string',
    help: "Empty on the host and for what is the whole pod's; its short id while it is not known by name.",
  },
  image: {
    type: 'string',
    help: "The container's image, as the pod names it.",
    absent: 'it is not known: on the host, without Kubernetes, and before the pod is known',
  },
  suppressed: {
    type: 'int',
    help: 'Matches of this rule in this pod that were held back since its last record.',
    absent: 'none were',
  },
} as const satisfies Readonly<Record<string, HeadSpec>>;

const GONE = 'the process was gone, or not to be seen, when it was looked at';
const FROM_TABLES = 'connections are read from socket tables, for want of the trace';

/** What a record has of its kind beside what conditions see. */
export const RECORD_FIELDS = {
  exec: {
    given_path: {
      type: 'string',
      help: 'What execve(2) was given, where that is not `path`.',
      absent: 'it is the same',
    },
    pid: { type: 'int', help: 'The process, as the host numbers them.' },
    parent_pid: {
      type: 'int',
      help: 'The process that made it, which may be gone.',
      absent: 'it is not known',
    },
  },
  connection: {
    pid: { type: 'int', help: 'The process, as the host numbers them.', absent: FROM_TABLES },
    program: {
      type: 'string',
      help: "The process's executable.",
      absent: `${GONE}; or ${FROM_TABLES}`,
    },
  },
  pod: {},
  file: {},
  log: {
    times: {
      type: 'int',
      help: 'For how many events the line stands, where that is not one.',
      absent: 'one',
    },
  },
} as const satisfies { readonly [K in RuleKind]: RecordFieldsOf<K> };

/** A name that conditions see already is theirs. */
type RecordFieldsOf<K extends RuleKind> = Readonly<Record<string, FieldSpec>> & {
  readonly [F in keyof (typeof FIELDS)[K]]?: never;
};

type Value<F> = F extends { readonly type: 'int' } ? number : string;

/** What only the record has of an event of a kind; what could not be told is undefined. */
export type RecordFields<K extends RuleKind> = {
  readonly [F in keyof (typeof RECORD_FIELDS)[K]]?: Value<(typeof RECORD_FIELDS)[K][F]> | undefined;
};

/** Under which name a kind's own fields stand in a record: its own, but for pods, whose name stands under `pod` in every record. */
export function partOf(kind: RuleKind): string {
  return kind === 'pod' ? 'pod_spec' : kind;
}

const UNNAMED = "the rule's condition does not name it";

/** Whether a record has a field only where the rule's condition names it: a pod's specification is in the cluster, and a decoded line is the line once more. */
export function isOnDemand(kind: RuleKind, name: string): boolean {
  return kind === 'pod' || name === 'decoded';
}

/** All fields of a kind's own part of a record, in their order. */
export function ownFields(kind: RuleKind): (readonly [name: string, spec: FieldSpec])[] {
  const seen = Object.entries<FieldSpec>(FIELDS[kind])
    .filter(([name]) => !(name in LIFTED))
    .map(([name, spec]) => [name, isOnDemand(kind, name) ? { ...spec, absent: UNNAMED } : spec] as const);
  return [...seen, ...Object.entries<FieldSpec>(RECORD_FIELDS[kind])];
}
