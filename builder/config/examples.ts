/** How each key of the configuration is written, for messages about one that is not. */

/** By the path of a key, with 0 for any place of a list. */
const EXAMPLES: Readonly<Record<string, string>> = {
  about: 'about: {name: fleet, license: CC-BY-4.0, creator: Jane Doe}',
  'about.name': 'name: fleet',
  'about.description': 'description: A week of three nodes.',
  'about.license': 'license: CC-BY-4.0',
  'about.creator': 'creator: {name: Jane Doe, orcid: 0000-0002-1825-0097}',
  'about.url': 'url: https://lab.example/fleet',
  'about.citation': 'citation: "Doe, J.: A fleet under attack. 2026."',
  'about.version': 'version: 1.0.0',
  'about.datePublished': 'datePublished: 2026-11-28',
  prometheus: 'prometheus: {url: http://127.0.0.1:9090}',
  'prometheus.url': 'url: http://127.0.0.1:9090',
  'prometheus.bearerTokenFile': 'bearerTokenFile: token',
  'prometheus.basicAuth': 'basicAuth: {username: reader, passwordFile: password}',
  'prometheus.tls': 'tls: {caFile: ca.pem}',
  'prometheus.headers': 'headers: {X-Team: lab}',
  'prometheus.timeout': 'timeout: 150s',
  'prometheus.mostSeries': 'mostSeries: 500000',
  'prometheus.mostSamples': 'mostSamples: 100000000',
  output: 'output: dataset',
  start: 'start: 2026-11-23T13:00:00Z',
  end: 'end: 2026-11-23T15:00:00Z',
  last: 'last: 24h',
  step: 'step: 15s',
  window: 'window: 1m',
  scrapeInterval: 'scrapeInterval: 15s',
  delay: 'delay: 10s',
  nodeLabel: 'nodeLabel: node',
  clusterLabel: 'clusterLabel: cluster',
  replicaLabel: 'replicaLabel: prometheus_replica',
  metrics: 'metrics: {pushgateway: http://pushgateway:9091}',
  pseudonymise: 'pseudonymise: {keyFile: key}',
  'pseudonymise.keyFile': 'keyFile: key',
  selector: `selector: 'cluster="lab"'`,
  columns: 'columns: [cpu_busy_ratio, {name: memory, promql: "sum by (node) (up)"}]',
  'columns.0': 'cpu_busy_ratio, or {name: memory, promql: "sum by (node) (up)"}',
  'columns.0.name': 'name: cpu_busy_ratio',
  'columns.0.promql': 'promql: "sum by (node) (up)"',
  'columns.0.window': 'window: 1m',
  labels: 'labels: [{episodes: episodes.csv}]',
  'labels.0':
    '{episodes: episodes.csv}, {metric: {}}, or {promql: "ALERTS{alertstate=\\"firing\\"}", scenarioLabel: alertname}',
  'labels.0.episodes': 'episodes: episodes.csv',
  'labels.0.metric': 'metric: {}',
  'labels.0.promql': 'promql: "ALERTS > 0"',
  evidence: 'evidence: [{file: events.jsonl}]',
  'evidence.0': '{file: events.jsonl}, or {url: http://10.0.0.7:24924/events}',
  provenance: 'provenance: [campaign.yaml]',
  split: 'split: {by: episode, stratify: [scenario, role], fractions: [0.7, 0.15, 0.15]}',
  'split.fractions': 'fractions: [0.7, 0.15, 0.15], of train, validation and test',
  'split.bounds': 'bounds: [2026-11-23T14:00:00Z, 2026-11-23T14:30:00Z]',
  'split.embargo': 'embargo: 1m',
  'split.stratify': 'stratify: [scenario, role]',
  'split.attackFree': 'attackFree: {for: 1h}',
  'split.attackFree.for': 'for: 1h',
  'split.attackFree.run': 'run: night-20261124T164500Z',
  'split.minimum': 'minimum: {class: 10, benign: 5, normal: 50}',
  'split.strict': 'strict: true',
  seed: 'seed: 7',
  stream: 'stream: {labelDelay: 15m}',
  'stream.labelDelay': 'labelDelay: 15m',
  'stream.heartbeat': 'heartbeat: 15s',
  'stream.stall': 'stall: 30s',
};

/** How to write what stands at a path; undefined of what has no example of its own. */
export function exampleOf(path: readonly PropertyKey[]): string | undefined {
  const key = path.map((part) => (typeof part === 'number' ? 0 : String(part))).join('.');
  return Object.hasOwn(EXAMPLES, key) ? EXAMPLES[key] : undefined;
}

/** @internal exported for its own tests */
export const EXAMPLE_KEYS: readonly string[] = Object.keys(EXAMPLES);
