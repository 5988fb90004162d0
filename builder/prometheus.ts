/** Prometheus' HTTP API as the builder needs it. */
import { z } from 'zod';
import type { Logger } from '../common/log.ts';
import type { PrometheusConfig } from './config-schema.ts';
import { BuilderError } from './errors.ts';
import { type Answer, httpClient, shownUrl } from './http.ts';
import { oneLine } from './one-line.ts';
import { selectorText } from './selectors.ts';
import type { SeriesSelector } from './series.ts';

/** The server could not answer this much at once; less of it may do. */
export class TooMuchAtOnce extends BuilderError {
  constructor(message: string) {
    super('query', message);
  }
}

/** One series of a matrix as the API writes it. */
export interface MatrixSeries {
  readonly metric: Record<string, string>;
  readonly values?: readonly (readonly [number, string])[];
  readonly histograms?: readonly unknown[];
}

/** What a scrape target's configuration says. */
export interface TargetTimes {
  readonly job: string;
  readonly scrapeInterval: string;
  readonly scrapeTimeout: string;
}

export interface Prometheus {
  /** As the server tells it, or `unknown`. */
  readonly version: string;
  /** The raw samples of a selector in the `rangeMs` before `timeMs`. */
  rawSamples(selector: SeriesSelector, rangeMs: number, timeMs: number): Promise<readonly MatrixSeries[]>;
  /** The values that a label takes on series of these metrics within a time, or a little beyond it. */
  labelValues(label: string, selector: SeriesSelector, startMs: number, endMs: number): Promise<string[]>;
  /** The targets being scraped now; undefined when the server keeps none. */
  activeTargets(): Promise<TargetTimes[] | undefined>;
  /** What the server's clock shows, in milliseconds since 1970. */
  serverTimeMs(): Promise<number>;
}

const MS_PER_SECOND = 1000;
const SHOWN_CHARACTERS = 200;

const envelope = z.looseObject({
  status: z.enum(['success', 'error']),
  error: z.string().optional(),
  errorType: z.string().optional(),
  warnings: z.array(z.string()).optional(),
  infos: z.array(z.string()).optional(),
});

const targets = z.object({
  activeTargets: z.array(
    z.object({
      labels: z.record(z.string(), z.string()),
      scrapeInterval: z.string(),
      scrapeTimeout: z.string(),
    }),
  ),
});

function parseEnvelope({ body, contentType, status }: Answer, url: string) {
  const found = oneLine(body.toString('utf8', 0, SHOWN_CHARACTERS));
  const refuse = (cause?: unknown) =>
    new BuilderError(
      'response',
      `${url} answers ${status} with ${contentType.split(';')[0] || 'no content type'} instead of Prometheus' JSON (${JSON.stringify(found)}): is this Prometheus' address, with its path prefix?`,
      { cause },
    );
  if (!contentType.includes('json')) throw refuse();
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw refuse(error);
  }
  const parsed = envelope.safeParse(json);
  if (!parsed.success) throw refuse(parsed.error);
  return parsed.data as typeof parsed.data & { data?: unknown };
}

const TOO_MUCH = [413, 422];

/** What the answer holds, or the error that says what to do about it. */
function unwrap(answer: Answer, url: string, log: Logger): unknown {
  const { status } = answer;
  if (status === 401 || status === 403) {
    throw new BuilderError(
      'unauthorised',
      `${url} refuses the credentials (${status}): set bearerToken, bearerTokenFile or basicAuth under prometheus in the config`,
    );
  }
  if (status >= 300 && status < 400) {
    throw new BuilderError(
      'response',
      `${url} redirects (${status}): say --prometheus with the address it leads to`,
    );
  }
  if (status === 413) throw new TooMuchAtOnce(`${url} answers too much at once`);
  const { data, ...said } = parseEnvelope(answer, url);
  if (status === 200 && said.status === 'success') {
    for (const info of said.infos ?? []) log.info(`Prometheus: ${oneLine(info)}`);
    if (said.warnings === undefined || said.warnings.length === 0) return data;
    throw new BuilderError('partial', `${url} answers only in part: ${oneLine(said.warnings.join('; '))}`);
  }
  const refusal = `${url} refuses a query (${status}, ${said.errorType ?? 'error'}: ${oneLine(said.error ?? '')})`;
  if (TOO_MUCH.includes(status) || said.errorType === 'timeout') throw new TooMuchAtOnce(refusal);
  throw new BuilderError('query', refusal);
}

function seconds(ms: number): string {
  return String(ms / MS_PER_SECOND);
}

/**
 * Connects to the server: reads its version, so that what is wrong with the address shows at once.
 *
 * @param attempts how often each request is tried when what fails can pass
 */
export async function connect(
  config: PrometheusConfig,
  log: Logger,
  signal: AbortSignal,
  attempts?: number,
): Promise<Prometheus> {
  const ask = httpClient(config, signal, attempts);
  const url = shownUrl(config.url);
  const get = async (path: string, parameters: Record<string, string> = {}) =>
    ask(path, new URLSearchParams(parameters), 'GET');

  const about = await get('/api/v1/status/buildinfo');
  // Some servers that speak the query API have no such page.
  const build = about.status === 404 ? undefined : unwrap(about, url, log);

  return {
    version: z.object({ version: z.string() }).safeParse(build).data?.version ?? 'unknown',

    async rawSamples(selector, rangeMs, timeMs) {
      const query = `${selectorText(selector)}[${rangeMs}ms]`;
      const answer = await ask(
        '/api/v1/query',
        new URLSearchParams({ query, time: seconds(timeMs) }),
        'POST',
      );
      const data = unwrap(answer, url, log) as { resultType?: unknown; result?: unknown } | undefined;
      if (data?.resultType === 'matrix' && Array.isArray(data.result)) return data.result as MatrixSeries[];
      throw new BuilderError('response', `${url} answers ${query} without a matrix`);
    },

    async labelValues(label, selector, startMs, endMs) {
      const parameters = { 'match[]': selectorText(selector), start: seconds(startMs), end: seconds(endMs) };
      const values = z
        .array(z.string())
        .safeParse(unwrap(await get(`/api/v1/label/${label}/values`, parameters), url, log));
      if (values.success) return values.data;
      throw new BuilderError('response', `${url} answers the values of ${label} without a list`, {
        cause: values.error,
      });
    },

    async activeTargets() {
      const answer = await get('/api/v1/targets', { state: 'active' });
      if (answer.status === 404) return undefined;
      const parsed = targets.safeParse(unwrap(answer, url, log));
      return parsed.data?.activeTargets.map(({ labels, ...times }) => ({
        job: labels['job'] ?? '',
        ...times,
      }));
    },

    async serverTimeMs() {
      const scalar = z
        .object({ resultType: z.literal('scalar'), result: z.tuple([z.number(), z.string()]) })
        .safeParse(unwrap(await get('/api/v1/query', { query: 'time()' }), url, log));
      if (scalar.success) return scalar.data.result[0] * MS_PER_SECOND;
      throw new BuilderError('response', `${url} answers time() without a scalar`, { cause: scalar.error });
    },
  };
}
