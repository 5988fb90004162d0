/**
 * What a rule's condition can name: the fields of each kind of event, with when each is absent.
 *
 * A rule that needs an absent field does not match that event, and this is counted. The host's own processes and
 * files have pod_namespace, pod and container empty, which is a value, not an absence. (`namespace` alone is a
 * reserved word of CEL.)
 */

type FieldType = 'string' | 'bool' | 'int' | 'list<string>' | 'list<int>' | 'map<string, string>';

export interface FieldSpec {
  readonly type: FieldType;
  readonly help: string;
  /** When an event has no such field; without it every event has it. */
  readonly absent?: string;
}

const UNKNOWN_CGROUP = 'its control group could not be told';
const UNKNOWN_POD = 'it runs in a container whose pod is not known (yet)';
const DELETED = 'the file was deleted';
const GONE = 'the process was gone before it could be read';
const NO_PARENT = 'its parent is not known, which is so of what began before the agent and ended';

/**
 * Who starts programs in containers: the image's entry point, a service that came of it, its cron; somebody from outside by the runtime, as
 * `kubectl exec` does (`exec`), or the pod's probes and hooks; `unknown` after records were lost.
 *
 * @internal exported for tests
 */
export const STARTED_BY = ['entrypoint', 'service', 'cron', 'exec', 'probe', 'hook', 'unknown'] as const;
export type StartedBy = (typeof STARTED_BY)[number] | '';

/** Every kind's fields; a rule that names another is refused. */
export const FIELDS = {
  exec: {
    path: {
      type: 'string',
      help: 'The program, absolute where that could be told, symbolic links not followed. Of one that the dynamic loader is told to start (ld.so PROGRAM) that one, if the loader still runs when its arguments are read.',
    },
    name: { type: 'string', help: 'The last component of path.' },
    args: {
      type: 'list<string>',
      help: 'Arguments, the first 64.',
      absent: 'the process was gone before they could be read',
    },
    in_container: {
      type: 'bool',
      help: "Whether it runs in a container; the runtime's own programs on their way into one, or beside it in its pod, do not.",
      absent: UNKNOWN_CGROUP,
    },
    cgroup: { type: 'string', help: 'Its control group.', absent: UNKNOWN_CGROUP },
    container: {
      type: 'string',
      help: "The container's name, its short id while no name is known, empty on the host.",
      absent: UNKNOWN_CGROUP,
    },
    pod_namespace: { type: 'string', help: 'Empty on the host.', absent: UNKNOWN_POD },
    pod: { type: 'string', help: 'Empty on the host.', absent: UNKNOWN_POD },
    image: {
      type: 'string',
      help: "The container's image as its pod asks for it; empty on the host.",
      absent: 'the container is not known by name (yet), or there is no Kubernetes',
    },
    started_by: {
      type: 'string',
      help: `Who had it started, in a container: ${STARTED_BY.map((one) => `\`${one}\``).join(', ')}; empty on the host.`,
      absent: `${UNKNOWN_CGROUP}, or nobody saw with which arguments the runtime started it, in a container whose probes or hooks start the same program`,
    },
    parent_path: {
      type: 'string',
      help: 'The program of the process that made this one, as its own path field was; of what comes from outside of a container, the runtime.',
      absent: NO_PARENT,
    },
    parent_name: { type: 'string', help: 'The last component of parent_path.', absent: NO_PARENT },
    uid: {
      type: 'int',
      help: 'The effective user, as the host numbers users.',
      absent: GONE,
    },
    tty: {
      type: 'bool',
      help: 'Whether it has a controlling terminal, or a terminal as standard input; as the runtime was told, for what comes from outside of a container.',
      absent: GONE,
    },
    cwd: { type: 'string', help: 'Its working directory.', absent: GONE },
  },
  connection: {
    address: {
      type: 'string',
      help: 'The remote address; IPv4 also where IPv6 carries it (::ffff:0:0/96), or a translator makes it of IPv6 (NAT64, 64:ff9b::/96).',
    },
    port: { type: 'int', help: 'The remote TCP port.' },
    is_external: { type: 'bool', help: 'A public address.' },
    is_cluster: {
      type: 'bool',
      help: 'A private address (RFC 1918, 6598, 4193), as clusters give to nodes, pods and services.',
    },
    is_loopback: { type: 'bool', help: '127.0.0.0/8 or ::1.' },
    is_link_local: { type: 'bool', help: '169.254.0.0/16 or fe80::/10; cloud metadata services live here.' },
    in_container: { type: 'bool', help: 'Whether a container connects.', absent: UNKNOWN_CGROUP },
    pod_namespace: { type: 'string', help: 'Empty on the host.', absent: UNKNOWN_POD },
    pod: { type: 'string', help: 'Empty on the host.', absent: UNKNOWN_POD },
  },
  pod: {
    pod_namespace: { type: 'string', help: 'Its namespace.' },
    pod: { type: 'string', help: 'Its name.' },
    labels: { type: 'map<string, string>', help: 'Its labels; guard with "key" in labels.' },
    service_account: { type: 'string', help: 'Its service account; empty where none is named.' },
    host_network: { type: 'bool', help: "Whether it uses the host's network." },
    host_pid: { type: 'bool', help: "Whether it sees the host's processes." },
    host_ipc: { type: 'bool', help: "Whether it shares the host's IPC." },
    host_paths: { type: 'list<string>', help: 'The host folders and files that it mounts.' },
    host_ports: { type: 'list<int>', help: "The host's ports that its containers take." },
    privileged: {
      type: 'bool',
      help: 'Whether any container, also an init or ephemeral one, is privileged.',
    },
    privilege_escalation: {
      type: 'bool',
      help: 'Whether any container says allowPrivilegeEscalation: true.',
    },
    capabilities: {
      type: 'list<string>',
      help: 'What its containers add, as SYS_ADMIN in whatever way it is written.',
    },
    run_as_root: { type: 'bool', help: 'Whether it, or any container, asks for user 0.' },
    images: { type: 'list<string>', help: "Its containers' images." },
  },
  file: {
    path: { type: 'string', help: 'The file, as on the host.' },
    change: { type: 'string', help: 'created, content, metadata (mode, owner, kind) or deleted.' },
    mode: {
      type: 'int',
      help: 'Permission bits after the change: compare with 0x9ff for 04777.',
      absent: DELETED,
    },
    uid: { type: 'int', help: 'Owner after the change.', absent: DELETED },
    gid: { type: 'int', help: 'Group after the change.', absent: DELETED },
    size: { type: 'int', help: 'Bytes after the change.', absent: DELETED },
  },
  log: {
    line: { type: 'string', help: 'The line, its first 16 KiB; bytes that are no UTF-8 become U+FFFD.' },
    decoded: {
      type: 'string',
      help: 'The line as it was meant: the escapes of the log\'s writer undone (`\\"`, `\\x22`, `\\u003c`), + as a space, then percent-encoding (`%27`, `%u0027`, overlong UTF-8) until it no longer changes, three times at most. Neither case nor entities of HTML.',
    },
    path: { type: 'string', help: 'The file, as on the host; journal for lines of the journal.' },
    stream: { type: 'string', help: 'stdout or stderr.', absent: "the line is not a container's" },
    pod_namespace: { type: 'string', help: "Empty for the host's files." },
    pod: { type: 'string', help: "Empty for the host's files." },
    container: { type: 'string', help: "Empty for the host's files." },
  },
} as const satisfies Record<string, Record<string, FieldSpec>>;

export type RuleKind = keyof typeof FIELDS;

/** The kinds, in the order of the documentation. */
export const RULE_KINDS = Object.keys(FIELDS) as readonly RuleKind[];

interface ValueOfType {
  string: string;
  bool: boolean;
  int: bigint;
  'list<string>': readonly string[];
  'list<int>': readonly bigint[];
  'map<string, string>': ReadonlyMap<string, string>;
}

type Fields<K extends RuleKind> = (typeof FIELDS)[K];
type Value<F> = F extends { readonly type: infer T extends FieldType } ? ValueOfType[T] : never;
type Absentable<K extends RuleKind> = {
  [F in keyof Fields<K>]: Fields<K>[F] extends { readonly absent: string } ? F : never;
}[keyof Fields<K>];

/** An event of a kind: every field that can be absent is optional. */
export type RuleEvent<K extends RuleKind> = {
  readonly [F in Exclude<keyof Fields<K>, Absentable<K>>]: Value<Fields<K>[F]>;
} & { readonly [F in Absentable<K>]?: Value<Fields<K>[F]> | undefined };
