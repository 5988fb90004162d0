import { connectionsMetrics } from '../../exporter/catalogue/connections.ts';
import type { RuleKind } from '../../exporter/catalogue/events/fields.ts';
import { execsMetrics } from '../../exporter/catalogue/execs.ts';
import { filesMetrics } from '../../exporter/catalogue/files.ts';
import { logsMetrics } from '../../exporter/catalogue/logs.ts';
import { podsMetrics } from '../../exporter/catalogue/pods.ts';
import type { Alert } from '../../prometheus/alerts/model.ts';

/** The kinds of events whose matches each metric counts: of these there are records. */
const KINDS: Readonly<Record<string, RuleKind>> = {
  [execsMetrics.suspicious.name]: 'exec',
  [connectionsMetrics.destinations.name]: 'connection',
  [filesMetrics.changes.name]: 'file',
  [logsMetrics.lines.name]: 'log',
  [podsMetrics.risky.name]: 'pod',
};
/** Where an expression names the one rule that it is about. */
const NAMED_RULE = /\brule="([a-z_]+)"/;

/** The kind of events that an alert rests on; undefined for one that rests on no rule's matches. */
function kindOf({ expr, fires }: Alert): RuleKind | undefined {
  const series = [expr, ...Object.keys(fires.input)].join('\n');
  return Object.entries(KINDS).find(([metric]) => series.includes(metric))?.[1];
}

/** What a label is, where it is to stand in a command: a template, a value, or a word for the reader to replace. */
type LabelText = (name: string) => string;

const has = ({ fires }: Alert, label: string) => label in fires.labels;
const ruleOf = (alert: Alert, text: LabelText) =>
  has(alert, 'rule') ? text('rule') : NAMED_RULE.exec(alert.expr)?.[1];

/**
 * The command that shows the records behind an alert; undefined for one that has none.
 *
 * @param pod what chooses the pod, with a blank before it; the host's own share has none
 */
function command(alert: Alert, text: LabelText, pod: string): string | undefined {
  if (kindOf(alert) === undefined) return undefined;
  const rule = ruleOf(alert, text);
  const node = has(alert, 'node') ? text('node') : 'NODE';
  return `kubevigil-exporter events${rule === undefined ? '' : ` --rule ${rule}`}${pod} http://${node}:24924`;
}

/** The same as a template of Prometheus: who is called has it filled in. */
export function eventsTemplate(alert: Alert): string | undefined {
  const pod = '{{ if $labels.pod }} --pod {{ $labels.namespace }}/{{ $labels.pod }}{{ end }}';
  return command(alert, (name) => `{{ $labels.${name} }}`, has(alert, 'pod') ? pod : '');
}

/** What Prometheus makes of that template for the labels of the alert's test. */
export function eventsFilledIn(alert: Alert): string | undefined {
  const { labels } = alert.fires;
  const pod = labels['pod'] ? ` --pod ${labels['namespace']}/${labels['pod']}` : '';
  return command(alert, (name) => labels[name] ?? '', pod);
}

/** The runbook's section on what happened; undefined for an alert that rests on no rule's matches. */
export function evidenceSection(alert: Alert): string | undefined {
  const kind = kindOf(alert);
  if (kind === undefined) return undefined;
  const rule = ruleOf(alert, () => 'RULE');
  const isOfPod = has(alert, 'pod');
  const chosen = [
    rule === undefined ? `.on=="${kind}"` : `.rule=="${rule}"`,
    ...(isOfPod ? ['.pod=="POD"'] : []),
  ].join(' and ');
  const stages = [
    rule === undefined ? `on="${kind}"` : `rule="${rule}"`,
    ...(isOfPod ? ['namespace_extracted="NAMESPACE"', 'pod_extracted="POD"'] : []),
  ];
  return `**What happened** stands in the records of the agent on that node; the alert's annotation \`events\` has the first command filled in. Whoever is let in by tokens adds \`--token-file\`
and \`--ca-file\`; the second reads what the DaemonSet has written, the third asks Loki for the same.

\`\`\`sh
${command(alert, (name) => name.toUpperCase(), isOfPod ? ' --pod NAMESPACE/POD' : '')}
kubectl -n kubevigil-agents logs --since=1h $(kubectl -n kubevigil-agents get pod -l app.kubernetes.io/name=kubevigil-exporter --field-selector spec.nodeName=NODE -o name) | jq -c 'select(${chosen})'
logcli query '{namespace="kubevigil-agents", container="exporter"} | json | ${stages.join(' | ')}'
\`\`\`
`;
}
