/** Prometheus' API, as Grafana asks it. */

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

async function post(url: string, fields: Readonly<Record<string, string>>): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields) });
  const answer = (await response.json()) as { status: string; data: unknown; error?: string };
  if (answer.status !== 'success') throw new Error(answer.error ?? `${response.status}`);
  return answer.data;
}

/** How many samples are numbers: 0 is one, NaN is not. */
function numbers(data: unknown): number {
  const { result } = data as { result: readonly Series[] };
  const values = result.flatMap(({ value, values = [] }) => (value === undefined ? values : [value]));
  return values.filter(([, text]) => !Number.isNaN(Number(text))).length;
}

/** @throws {Error} what Prometheus says of an expression that it does not understand */
export async function askNow(url: string, query: string): Promise<number> {
  return numbers(await post(`${url}/api/v1/query`, { query }));
}

/** @throws {Error} what Prometheus says of an expression that it does not understand */
export async function askRange(
  url: string,
  query: string,
  rangeSeconds: number,
  step: number,
): Promise<number> {
  const end = Date.now() / 1000;
  const times = { start: String(end - rangeSeconds), end: String(end), step: String(step) };
  return numbers(await post(`${url}/api/v1/query_range`, { query, ...times }));
}

/** The names of all labels that the series of a query have. */
export async function labelNames(url: string, query: string): Promise<string[]> {
  const { result } = (await post(`${url}/api/v1/query`, { query })) as { result: readonly Series[] };
  return [...new Set(result.flatMap(({ metric }) => Object.keys(metric)))].sort();
}

export interface EvaluatedRule {
  readonly name: string;
  readonly query: string;
  /** `unknown` before its first evaluation. */
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError?: string;
}

/** Every rule that Prometheus has loaded, and how its last evaluation went. */
export async function evaluatedRules(url: string): Promise<EvaluatedRule[]> {
  const response = await fetch(`${url}/api/v1/rules`);
  const { data } = (await response.json()) as { data: { groups: { rules: EvaluatedRule[] }[] } };
  return data.groups.flatMap(({ rules }) => rules);
}

/** The values of `label_values(series, label)`. */
export async function labelValues(url: string, query: string): Promise<string[]> {
  const [, series = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(query) ?? [];
  const data = (await post(`${url}/api/v1/series`, { 'match[]': series })) as Record<string, string>[];
  return [...new Set(data.flatMap((labels) => labels[label] ?? []))].sort();
}
