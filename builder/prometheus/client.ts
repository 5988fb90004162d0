/** Prometheus' HTTP API as the builder needs it. */
import { z } from 'zod';
import { parseDurationMs } from '../../common/duration.ts';
import { BuilderError } from '../../common/errors.ts';
import { excerpt } from '../../common/excerpt.ts';
import type { Logger } from '../../common/log.ts';
import { MS_PER_SECOND, type Ms } from '../../common/ms.ts';
import { mergedRecords, recordOf } from '../../common/records.ts';
import { isClassicLabel } from '../../exporter/catalogue/model/promql.ts';
import type { PrometheusConfig } from '../config/schema.ts';
import { DEFAULT_LOOKBACK_MS } from '../promql/reach.ts';
import type { RawSeries, SeriesSelector } from '../samples/series.ts';
import { partialAnswer, unwrap } from './api-answer.ts';
import { chunkReader } from './chunk-samples.ts';
import { externalLabelsOf, storedPart, withExternalLabels } from './external-labels.ts';
import { httpClient, shownUrl } from './http.ts';
import { readMatrix } from './json-samples.ts';
import { nanAsMarkers } from './nan-markers.ts';
import { selectorText } from './selectors.ts';
import { CLOCK_QUERY, type ServerKind, serverKind, type TimeAnswer, timeOf } from './server-kind.ts';
import { lostStores, type Store, storesOf, storeText } from './stores.ts';
import { type Bounds, Tally } from './tally.ts';

/** What a scrape target's configuration says; undefined where the server does not show it. */
export interface TargetTimes {
  readonly job: string;
  readonly scrapeInterval: string | undefined;
  readonly scrapeTimeout: string | undefined;
}

export interface Prometheus {
  readonly server: ServerKind;
  /** How much one reading may bring. */
  readonly bounds: Bounds;
  /**
   * The raw samples of a selector in the `rangeMs` before `timeMs`, by the query API; stale markers among them where
   * `server.markersInQueries`.
   *
   * @throws {TooMuchAtOnce}
   * @throws {BuilderError} `partial` when something was left out, as by each of these
   */
  rawSamples(selector: SeriesSelector, rangeMs: Ms, timeMs: Ms): Promise<RawSeries[]>;
  /**
   * An expression's values at each multiple of the step from `startMs` to `endMs`; its series have the labels that
   * the expression left, and the server's external ones.
   *
   * @throws {TooMuchAtOnce}
   */
  rangeQuery(query: string, startMs: Ms, endMs: Ms, stepMs: Ms): Promise<RawSeries[]>;
  /**
   * The raw samples of a selector in (fromMs, toMs], with stale markers, by remote read.
   *
   * @throws {NoRemoteRead} when it must be read in another way
   */
  storedChunks(selector: SeriesSelector, fromMs: Ms, toMs: Ms): Promise<RawSeries[]>;
  /** The values that a label takes on series of these metrics within a time, or a little beyond it. */
  labelValues(label: string, selector: SeriesSelector, startMs: Ms, endMs: Ms): Promise<string[]>;
  /** The targets being scraped now; undefined when the server keeps none. */
  activeTargets(): Promise<TargetTimes[] | undefined>;
  /** For how long a sample counts where an expression gives no range; Prometheus' default where the server does not tell. */
  lookbackMs(): Promise<number>;
  /** What the server's clock shows, in milliseconds since 1970. */
  serverTimeMs(): Promise<Ms>;
}

const LOOKBACK_FLAG = 'query.lookback-delta';
/** Thanos, and a cluster of VictoriaMetrics, answer with what they can reach unless they are told not to. */
const WHOLE = { partial_response: 'false', deny_partial_response: '1' } as const;
/** Thanos puts replicas together by itself, sample by sample, unless it is told not to. */
const AS_STORED = { ...WHOLE, dedup: 'false' } as const;
/**
 * VictoriaMetrics repeats older values in the last 30 s before now unless it is told not to, and keeps what it computed,
 * also when samples have come since.
 */
const AS_OF_NOW = { latency_offset: '1ms', nocache: '1' } as const;

const targets = z.object({
  activeTargets: z.array(
    z.object({
      labels: z.record(z.string(), z.string()),
      scrapeInterval: z.string().optional(),
      scrapeTimeout: z.string().optional(),
      discoveredLabels: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

const BAD_REQUEST = 400;

/** A label's name in a path: as it is, or since Prometheus 3 with its other characters escaped, slashes among them. */
function labelSegment(name: string): string {
  if (isClassicLabel(name)) return name;
  const escaped = Array.from(name, (character) => {
    if (character === '_') return '__';
    return /[a-zA-Z0-9]/.test(character) ? character : `_${character.codePointAt(0)?.toString(16)}_`;
  });
  return `U__${escaped.join('')}`;
}
const shownConfig = z.object({ yaml: z.string() });

function seconds(ms: Ms): string {
  return String(ms / MS_PER_SECOND);
}

/**
 * Connects to the server: reads what it is, so that what is wrong with the address shows at once.
 *
 * @param attempts how often each request is tried when what fails can pass
 */
export async function connect(
  config: PrometheusConfig,
  log: Logger,
  signal: AbortSignal,
  attempts?: number,
): Promise<Prometheus> {
  const client = httpClient(config, signal, attempts);
  const url = shownUrl(config.url);
  const readChunks = chunkReader(client, url);
  const get = (path: string, parameters: Record<string, string> = {}) =>
    client.ask({ path: `${path}?${new URLSearchParams(parameters)}` });

  const about = await get('/api/v1/status/buildinfo');
  // Some servers that speak the query API have no such page.
  const build = about.status === 404 ? undefined : unwrap(about, url, log);
  const external = await externalLabels();
  let stores = await listedStores();
  await assertWhole();
  const server = serverKind(build, await clock(), stores !== undefined);

  /** None where the server does not show its configuration. */
  async function externalLabels(): Promise<Readonly<Record<string, string>>> {
    const answer = await get('/api/v1/status/config');
    if (answer.status !== 200) return recordOf();
    const shown = shownConfig.safeParse(unwrap(answer, url, log));
    return shown.success ? externalLabelsOf(shown.data.yaml) : recordOf();
  }

  let known: Promise<boolean> | undefined;

  /** Whether the server takes label names that must be quoted, of which its version tells only where it is Prometheus itself. */
  async function takesQuoted(): Promise<boolean> {
    const query = 'absent({"kubevigil.asks"="x"})';
    const { status } = await get('/api/v1/query', { query });
    return status !== BAD_REQUEST;
  }

  async function checkLabels(names: readonly string[]): Promise<void> {
    const quoted = names.find((name) => !isClassicLabel(name));
    if (quoted === undefined) return;
    known ??= takesQuoted();
    if (await known) return;
    throw new BuilderError(
      'config',
      `${url} (${server.name} ${server.version}) cannot be asked for the label ${JSON.stringify(quoted)}: names other than letters, digits and underscores take Prometheus 3`,
    );
  }

  async function clock(): Promise<TimeAnswer> {
    const data = unwrap(await get('/api/v1/query', CLOCK_QUERY), url, log);
    const answer = timeOf(data);
    if (answer !== undefined) return answer;
    throw new BuilderError('response', `${url} answers time() with ${excerpt(JSON.stringify(data ?? null))}`);
  }

  /** Undefined of a server that asks no others. */
  async function listedStores(): Promise<Store[] | undefined> {
    const answer = await get('/api/v1/stores');
    return answer.status === 200 && answer.contentType.includes('json')
      ? storesOf(unwrap(answer, url, log))
      : undefined;
  }

  /** A querier leaves out what it lost some seconds ago, whatever it is told: its list is looked at after each answer. */
  async function assertWhole(): Promise<void> {
    if (stores === undefined) return;
    const listed = (await listedStores()) ?? [];
    const lost = lostStores(stores, listed);
    if (lost.length > 0) throw partialAnswer(url, lost.map(storeText));
    stores = listed;
  }

  /** Reads a matrix, all of it. */
  async function matrix(path: string, body: URLSearchParams): Promise<RawSeries[]> {
    const asked = body.get('query') ?? '';
    const found = await client.exchange(async (send) => {
      const tally = new Tally(config, asked);
      return readMatrix(await send({ path, body }), { url, log, tally });
    });
    await assertWhole();
    return found;
  }

  return {
    server,
    bounds: config,

    async rawSamples(selector, rangeMs, timeMs) {
      const stored = storedPart(selector, external);
      await checkLabels(stored.matchers.map(({ name }) => name));
      const query = `${selectorText(stored)}[${rangeMs}ms]`;
      const body = new URLSearchParams({ query, time: seconds(timeMs), ...AS_STORED });
      const series = await matrix('/api/v1/query', body);
      return withExternalLabels(series.map(nanAsMarkers), selector, external);
    },

    async rangeQuery(query, startMs, endMs, stepMs) {
      const times = { start: seconds(startMs), end: seconds(endMs), step: seconds(stepMs) };
      const body = new URLSearchParams({ query, ...times, ...WHOLE, ...AS_OF_NOW });
      const series = await matrix('/api/v1/query_range', body);
      return series.map((one) => ({ ...one, labels: mergedRecords(external, one.labels) }));
    },

    async storedChunks(selector, startMs, endMs) {
      const stored = storedPart(selector, external);
      const { metric, matchers } = stored;
      const name = { name: '__name__', operator: '=', value: metric } as const;
      const query = { matchers: [name, ...matchers], startMs, endMs };
      const series = await readChunks(query, () => new Tally(config, selectorText(stored)));
      return withExternalLabels(series.map(nanAsMarkers), selector, external);
    },

    async labelValues(label, selector, startMs, endMs) {
      const stored = storedPart(selector, external);
      await checkLabels([label, ...stored.matchers.map(({ name }) => name)]);
      const match = selectorText(stored);
      const parameters = { 'match[]': match, start: seconds(startMs), end: seconds(endMs), ...WHOLE };
      const values = z
        .array(z.string())
        .safeParse(unwrap(await get(`/api/v1/label/${labelSegment(label)}/values`, parameters), url, log));
      await assertWhole();
      if (values.success) return values.data;
      throw new BuilderError('response', `${url} answers the values of ${label} without a list`, {
        cause: values.error,
      });
    },

    async activeTargets() {
      const answer = await get('/api/v1/targets', { state: 'active' });
      if (answer.status === 404) return undefined;
      const parsed = targets.safeParse(unwrap(answer, url, log));
      // Prometheus before 2.28 and VictoriaMetrics have the times only among the labels that a target began with.
      return parsed.data?.activeTargets.map(({ labels, discoveredLabels: found = {}, ...own }) => ({
        job: labels['job'] ?? '',
        scrapeInterval: own.scrapeInterval ?? found['__scrape_interval__'],
        scrapeTimeout: own.scrapeTimeout ?? found['__scrape_timeout__'],
      }));
    },

    async lookbackMs() {
      const answer = await get('/api/v1/status/flags');
      if (answer.status !== 200) return DEFAULT_LOOKBACK_MS;
      const flags = z.object({ [LOOKBACK_FLAG]: z.string() }).safeParse(unwrap(answer, url, log));
      return parseDurationMs(flags.data?.[LOOKBACK_FLAG] ?? '') ?? DEFAULT_LOOKBACK_MS;
    },

    serverTimeMs: async () => (await clock()).nowMs,
  };
}
