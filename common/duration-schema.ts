import { z } from 'zod';
import { parseDurationMs } from './duration.ts';

/** A Prometheus duration, as milliseconds. */
export const duration = z.string().transform((text, context) => {
  const ms = parseDurationMs(text);
  if (ms !== undefined) return ms;
  context.addIssue(`${JSON.stringify(text)} is no duration: write it like 15s, 5m or 1h30m`);
  return z.NEVER;
});

export const positiveDuration = duration.refine((ms) => ms > 0, 'must be longer than 0');
