import { RULE_KINDS } from '../../exporter/catalogue/events/fields.ts';
import { ownFields, partOf, RECORD_HEAD } from '../../exporter/catalogue/events/record.ts';
import { cell, code, page, table } from './markdown.ts';

interface Described {
  readonly type: string;
  readonly help: string;
  readonly absent?: string;
}

const INTRODUCTION = `\`--events.output\` and \`GET /events\` of \`kubevigil-exporter\` give one line of JSON for each match of a rule.
[events.schema.json](events.schema.json) is its JSON Schema (draft 7). How to read them is in
[read events](../guides/read-events.md).

A field whose value could not be found out is left out. Texts are UTF-8: bytes that were none became U+FFFD. Of a long text
the first 4,096 characters are kept, and \`…[+96]\` at its end counts the rest. A \`…\` without brackets replaces a secret.

The name of the pod is \`pod\` in every record. So what matched of a pod stands under \`pod_spec\`: of its fields, those that the
rule's condition names.`;

/** What is no record, and what others call the same: neither is in the catalogue. */
const REST = `## Lines that are no records

At \`/events\` two more kinds of lines come, with a \`type\` that no record has:

| \`type\` | fields | meaning |
|---|---|---|
| \`gap\` | \`reason\`, \`after\`, \`upto\`, \`message\` | records after the id \`after\` up to \`upto\` are not held: the agent was restarted since, or newer ones took their room |
| \`heartbeat\` | \`time\` | nothing was lost, and the connection lives; of server-sent events a comment |

## In other schemas

A collector can rename fields by this table. It has the names of
[OpenTelemetry's semantic conventions](https://opentelemetry.io/docs/specs/semconv/) and of the
[Elastic Common Schema](https://www.elastic.co/guide/en/ecs/current/index.html), and a dash where there is none.

| here | OpenTelemetry | ECS |
|---|---|---|
| \`id\` | \`event.id\` of the log's attributes | \`event.id\` |
| \`time\` | \`Timestamp\` | \`@timestamp\` |
| \`node\` | \`k8s.node.name\` | \`host.name\` |
| \`rule\` | \`security_rule.name\` | \`rule.name\` |
| \`description\` | \`security_rule.description\` | \`rule.description\` |
| \`on\` | \`EventName\` | \`event.category\`: process, network, configuration, file, or authentication for log |
| \`severity\` | \`SeverityText\` | \`log.level\`; \`event.severity\` is a number of yours |
| \`mitre\` | – | \`threat.technique.id\` |
| \`namespace\` | \`k8s.namespace.name\` | \`orchestrator.namespace\` |
| \`pod\` | \`k8s.pod.name\` | \`orchestrator.resource.name\` |
| \`container\` | \`k8s.container.name\` | \`container.name\` |
| \`image\` | \`container.image.name\`, with \`container.image.tags\` | \`container.image.name\`, with \`container.image.tag\` |
| \`exec.path\` | \`process.executable.path\` | \`process.executable\` |
| \`exec.name\` | \`process.executable.name\` | \`process.name\` |
| \`exec.args\` | \`process.command_args\` | \`process.args\` |
| \`exec.pid\`, \`connection.pid\` | \`process.pid\` | \`process.pid\` |
| \`exec.parent_pid\` | \`process.parent_pid\` | \`process.parent.pid\` |
| \`exec.parent_name\` | – | \`process.parent.name\` |
| \`exec.uid\` | \`process.user.id\` | \`process.user.id\` |
| \`exec.cwd\` | \`process.working_directory\` | \`process.working_directory\` |
| \`exec.cgroup\` | \`process.linux.cgroup\` | – |
| \`connection.address\`, \`connection.port\` | \`destination.address\`, \`destination.port\` | \`destination.ip\`, \`destination.port\` |
| \`connection.program\` | \`process.executable.path\` | \`process.executable\` |
| \`file.path\` | \`file.path\` | \`file.path\` |
| \`file.change\` | – | \`event.action\`; \`event.type\`: creation, change or deletion |
| \`file.mode\` | \`file.mode\` (there an octal text) | \`file.mode\` (there an octal text) |
| \`file.uid\`, \`file.gid\` | \`file.owner.id\`, \`file.group.id\` | \`file.uid\`, \`file.gid\` |
| \`file.size\` | \`file.size\` | \`file.size\` |
| \`log.line\` | \`log.record.original\` | \`event.original\` |
| \`log.path\` | \`log.file.path\` | \`log.file.path\` |
| \`log.stream\` | \`log.iostream\` | – |
| \`suppressed\`, \`log.times\` | – | – |`;

/** The fields of a record, those that all have first. */
function recordTable(): string {
  const fields = (under: string, specs: readonly (readonly [string, Described])[]) =>
    specs.map(([name, { type, help, absent = '' }]) => [
      code(`${under}${name}`),
      cell(type),
      cell(help),
      cell(absent),
    ]);
  const kinds = RULE_KINDS.flatMap((kind) => fields(`${partOf(kind)}.`, ownFields(kind)));
  const head = fields('', Object.entries<Described>(RECORD_HEAD));
  return table(['field', 'type', 'what it is', 'absent when'], [...head, ...kinds]);
}

/** docs/reference/events.md: the lines that records are written as. */
export function eventsPage(): string {
  return page(
    'exporter/catalogue/events/ and tools/generate/events-page.ts',
    'Events',
    INTRODUCTION,
    '## Fields of a record',
    recordTable(),
    REST,
  );
}
