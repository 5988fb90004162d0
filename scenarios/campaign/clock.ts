import axios from 'axios';
import { z } from 'zod';
import { formatDuration } from '../../common/duration.ts';
import { firstLineOf } from '../../common/errors.ts';
import { MS_PER_SECOND } from '../../common/ms.ts';
import { ScenariosError } from '../scenario/errors.ts';

const TRIES = 3;
const TIMEOUT_MS = 10_000;

const sample = z.tuple([z.number(), z.string().regex(/^\d+(\.\d+)?$/)]);
/** VictoriaMetrics has no scalars: it gives a vector, of so long ago (30 s if nothing is said). */
const VICTORIA_METRICS_OFFSET_S = 1;
const answerSchema = z.object({
  status: z.literal('success'),
  data: z.discriminatedUnion('resultType', [
    z.object({ resultType: z.literal('scalar'), result: sample }),
    z.object({ resultType: z.literal('vector'), result: z.tuple([z.object({ value: sample })]) }),
  ]),
});

/**
 * How far another clock is ahead of this machine's, in milliseconds: read in the middle of the time that its answer takes, of several
 * answers the quickest.
 */
export async function aheadMs(readMs: () => Promise<number>): Promise<number> {
  const readings: { tookMs: number; aheadMs: number }[] = [];
  for (let i = 0; i < TRIES; i++) {
    const beforeMs = Date.now();
    const theirsMs = await readMs();
    const tookMs = Date.now() - beforeMs;
    readings.push({ tookMs, aheadMs: theirsMs - (beforeMs + tookMs / 2) });
  }
  return readings.sort((a, b) => a.tookMs - b.tookMs)[0]?.aheadMs ?? Number.NaN;
}

/**
 * What Prometheus' clock shows, which is the one that its samples' times are of.
 *
 * @throws {ScenariosError} `unreachable`
 */
export async function prometheusNowMs(url: string): Promise<number> {
  const page = `${url.replace(/\/$/, '')}/api/v1/query`;
  try {
    const { data } = await axios.get(page, {
      params: { query: 'time()', latency_offset: `${VICTORIA_METRICS_OFFSET_S}s` },
      timeout: TIMEOUT_MS,
      maxRedirects: 0,
      proxy: false,
    });
    const answer = answerSchema.parse(data).data;
    return answer.resultType === 'scalar'
      ? Number(answer.result[1]) * MS_PER_SECOND
      : (Number(answer.result[0].value[1]) + VICTORIA_METRICS_OFFSET_S) * MS_PER_SECOND;
  } catch (cause) {
    const shown = new URL(url).origin;
    const reason = cause instanceof z.ZodError ? 'it answers something else' : firstLineOf(cause);
    throw new ScenariosError('unreachable', `no Prometheus at ${shown}: ${reason}`, { cause });
  }
}

const ALLOWED_OF_STEP = 0.5;

/**
 * Labels are right to the step only if the clock that episodes are written by and the one of the samples agree to half of it.
 *
 * @param nodes with how far each one's clock is ahead of this machine's
 * @param prometheusAheadMs how far Prometheus' is
 * @throws {ScenariosError} `clock`
 */
export function requireSameTime(
  nodes: readonly { readonly node: string; readonly aheadMs: number }[],
  prometheusAheadMs: number,
  stepMs: number,
): void {
  for (const { node, aheadMs } of nodes) {
    const differenceMs = Math.round(aheadMs - prometheusAheadMs);
    if (Math.abs(differenceMs) <= stepMs * ALLOWED_OF_STEP) continue;
    const which = differenceMs > 0 ? 'ahead of' : 'behind';
    throw new ScenariosError(
      'clock',
      `the clock of ${node} is ${formatDuration(Math.abs(differenceMs))} ${which} Prometheus', more than half of the step ${formatDuration(stepMs)}: labels would be wrong; set the clocks`,
    );
  }
}
