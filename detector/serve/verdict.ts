import { z } from 'zod';
import { issueOf } from '../../common/issues.ts';
import { NO_ATTACK, type Verdict } from '../../dataset/episodes/verdicts.ts';
import { largest } from '../../learning/base/matrix.ts';
import type { PastAlarm } from '../watch/fleet-watch.ts';
import { VERDICTS } from './metrics.ts';

/** Longer is no alarm any more. */
const LONGEST_MS = 7 * 86_400_000;

const text = (most: number) =>
  z
    .string()
    .max(most)
    .refine(
      (value) => !/[\p{Cc}\p{Cs}]/u.test(value.replaceAll('\n', ' ')),
      'holds characters that nobody sees',
    );
const ms = z.int().nonnegative().max(253_402_300_799_999);

const requestSchema = z
  .strictObject({
    alarm: text(1_000),
    verdict: z.enum(VERDICTS),
    /** Class of the attack that is confirmed. */
    as: z
      .string()
      .regex(/^[a-z][\w-]{0,99}$/, 'must be a name of lower-case letters, digits and underscores')
      .optional(),
    start: ms,
    end: ms,
    author: text(100).min(1),
    note: text(1_000).default(''),
  })
  .refine(
    ({ start, end }) => start < end && end - start <= LONGEST_MS,
    'start must lie before end, by 7d at most',
  )
  .refine(
    ({ verdict, as }) => verdict !== 'confirm' || as !== undefined,
    'as: say of which class the attack was',
  )
  .refine(({ as }) => as !== NO_ATTACK, 'as: normal is no attack: reject the alarm');
export type VerdictRequest = z.output<typeof requestSchema>;

/**
 * Reads a verdict that somebody sends.
 *
 * @throws {RangeError} that names the key
 */
export function parseVerdict(body: unknown): VerdictRequest {
  const result = requestSchema.safeParse(body);
  if (result.success) return result.data;
  throw new RangeError(issueOf(result.error));
}

/** What is written down of a verdict on an alarm. */
export function verdictOn(
  { node, alarm }: PastAlarm,
  { verdict, as, start, end, author, note }: VerdictRequest,
  model: string,
  classes: readonly string[],
): Verdict {
  const { cluster, node: name, namespace = '', pod = '' } = node.entity;
  const { probabilities } = alarm.peak;
  return {
    subject: { ...(cluster !== null && { cluster }), node: name, namespace, pod },
    startMs: start,
    endMs: end,
    as: verdict === 'confirm' ? as : verdict === 'reject' ? NO_ATTACK : undefined,
    author,
    note,
    alarm: alarm.id,
    model,
    labelBefore: classes[largest(probabilities)] ?? 'unknown',
  };
}
