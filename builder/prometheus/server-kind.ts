import { z } from 'zod';
import { MS_PER_SECOND, type Ms, wholeMs } from '../../common/ms.ts';

/** What a server is, as far as its answers differ from those of others. */
export interface ServerKind {
  /** Such as `VictoriaMetrics`; `Prometheus` for all that do as Prometheus does. */
  readonly name: string;
  /** Its own version, or `unknown`. */
  readonly version: string;
  /** Whether stale markers come with range selectors, as NaN. */
  readonly markersInQueries: boolean;
  /** How long after it was stored a sample can be read at the latest, in milliseconds. */
  readonly settlingMs: number;
}

/**
 * The parameters of `time()`. VictoriaMetrics evaluates what has no time given so long before now, 30 s if nothing is said;
 * with less than a second it would be at a whole second.
 */
export const CLOCK_QUERY = { query: 'time()', latency_offset: '1s' } as const;
const OFFSET_MS = 1_000;
const sample = z.tuple([z.number(), z.string()]);
/** MetricsQL, the language of VictoriaMetrics, has no scalars. */
const timeAnswer = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('scalar'), result: sample }),
  z.object({ resultType: z.literal('vector'), result: z.tuple([z.object({ value: sample })]) }),
]);

/** What an answer to `time()` tells: the server's clock, and its language. */
export interface TimeAnswer {
  readonly nowMs: Ms;
  readonly language: 'PromQL' | 'MetricsQL';
}

/** Undefined for what is no answer to `time()`. */
export function timeOf(data: unknown): TimeAnswer | undefined {
  const answer = timeAnswer.safeParse(data).data;
  if (answer === undefined) return undefined;
  const isScalar = answer.resultType === 'scalar';
  const [, text] = isScalar ? answer.result : answer.result[0].value;
  const seconds = text === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(seconds)) return undefined;
  return {
    nowMs: wholeMs(Math.round(seconds * MS_PER_SECOND) + (isScalar ? 0 : OFFSET_MS)),
    language: isScalar ? 'PromQL' : 'MetricsQL',
  };
}

/** It keeps new samples for itself for some seconds, to index many at once. */
const VICTORIA_METRICS: ServerKind = {
  name: 'VictoriaMetrics',
  version: 'unknown',
  markersInQueries: true,
  settlingMs: 5_000,
};

const buildInfo = z.object({ version: z.string(), application: z.string().optional() });

/**
 * @param build what /api/v1/status/buildinfo holds; undefined where there is no such page
 * @param hasStores whether it asks others, whose list it shows, as Thanos' querier does
 */
export function serverKind(
  build: unknown,
  { language }: Pick<TimeAnswer, 'language'>,
  hasStores: boolean,
): ServerKind {
  // VictoriaMetrics gives the version of a Prometheus there, for programs that ask what they may use.
  if (language === 'MetricsQL') return VICTORIA_METRICS;
  const { version = 'unknown', application } = buildInfo.safeParse(build).data ?? {};
  const name = hasStores ? 'Thanos' : (application ?? 'Prometheus');
  return { name, version, markersInQueries: false, settlingMs: 0 };
}
