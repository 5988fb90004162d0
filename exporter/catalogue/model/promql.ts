import type { CatalogueColumn, Entity } from './columns.ts';
import type { Labels, Selector } from './define.ts';

/** The labels that tell which node a series is of. */
export interface NodeLabels {
  readonly nodeLabel: string;
  readonly clusterLabel: string;
}

const SHIPPED_LABELS: NodeLabels = { nodeLabel: 'node', clusterLabel: 'cluster' };

function groupingOf(entity: Entity, { nodeLabel, clusterLabel }: NodeLabels): string {
  const own = entity === 'pod' ? ['namespace', 'pod'] : [];
  return [clusterLabel, nodeLabel, ...own].map(labelText).join(', ');
}

/** Escapes a text for use between double quotes in PromQL. */
function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

/** Escapes a text so that an RE2 regular expression matches it literally. */
export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** A label matcher of PromQL; regular expressions are anchored. */
export interface Matcher {
  readonly name: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** The label matchers of a selector. */
export function matchersOf(selector: Selector<Labels>): Matcher[] {
  return Object.entries(selector).map(([name, wanted]) => {
    const negated = wanted !== undefined && 'not' in wanted;
    const values = (negated ? wanted.not : (wanted ?? [])) as readonly string[];
    const [only] = values;
    if (values.length === 1 && only !== undefined)
      return { name, operator: negated ? '!=' : '=', value: only };
    return { name, operator: negated ? '!~' : '=~', value: values.map(escapeRegex).join('|') };
  });
}

const CLASSIC_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Whether a label's name needs no quotes in PromQL; others are there since Prometheus 3. */
export function isClassicLabel(name: string): boolean {
  return CLASSIC_LABEL.test(name);
}

/** A label's name as PromQL writes it: `node`, and since Prometheus 3 `"k8s.node.name"`. */
export function labelText(name: string): string {
  return isClassicLabel(name) ? name : quote(name);
}

/** A matcher as written between the braces: `mode!~"idle|iowait"`. */
export function matcherText({ name, operator, value }: Matcher): string {
  return `${labelText(name)}${operator}${quote(value)}`;
}

/** An instant vector selector: the name alone where there are no matchers. */
function vector(name: string, selector: Selector<Labels> = {}, extra: readonly string[] = []): string {
  const all = [...matchersOf(selector).map(matcherText), ...extra];
  return all.length === 0 ? name : `${name}{${all.join(',')}}`;
}

/**
 * The column as PromQL over a window, one series per entity.
 *
 * Rates come before sums, so that a series that ends takes nothing down. `rate()` extrapolates to the window's
 * edges; the dataset's grid (builder/stages/align.ts) does not, and is the definition.
 *
 * @param window a Prometheus duration of at least four scrapes, or a dashboard variable such as `$__rate_interval`
 * @param extra further matchers, for instance `node="$node"`
 * @param labels of the series, where they are not called as in the shipped configurations
 */
export function columnQuery(
  { column, metric }: CatalogueColumn,
  entity: Entity,
  window: string,
  extra: readonly string[] = [],
  labels: NodeLabels = SHIPPED_LABELS,
): string {
  const quantity = (selector: Selector<Labels> | undefined) => {
    const series = vector(metric.name, selector, extra);
    const value = column.op === 'rate' ? `rate(${series}[${window}])` : series;
    return `${column.aggregate} by (${groupingOf(entity, labels)}) (${value})`;
  };
  const numerator = quantity(column.where);
  return column.over === undefined ? numerator : `${numerator} / ${quantity(column.over)}`;
}

/**
 * Matches the jobs that scrape exporters, and no others of Kubevigil's: `kubevigil` in the shipped configurations, and
 * `<namespace>/kubevigil-exporter` from a PodMonitor of that name.
 */
export const EXPORTER_JOB = 'job=~"kubevigil|.*kubevigil-exporter"';

/** The window of the recorded rates: four scrapes at the shipped interval of 15 s. */
export const RECORDED_WINDOW = '1m';
export const RECORDED_WINDOW_SECONDS = 60;

/** How unusual each column of a node is, told by its label `column`. */
export const DEVIATION_SERIES = 'node:kubevigil_column:deviation1h';

/** Name of the recording rule of a column: `node:kubevigil_cpu_busy_ratio:rate1m`. */
export function recordingRuleName({ column }: CatalogueColumn, entity: Entity, window: string): string {
  const operation = column.op === 'rate' ? `rate${window}` : column.aggregate;
  const name = column.name.startsWith('kubevigil_') ? column.name : `kubevigil_${column.name}`;
  return `${entity}:${name}:${operation}`;
}
