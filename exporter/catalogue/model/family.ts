import type { MetricSpec } from './define.ts';

/** The two halves of the 24: what a node does, and what is done to it. */
export const FAMILIES = ['performance', 'security'] as const;

export type Family = (typeof FAMILIES)[number];

/** The table of 24 has the performance metrics first. */
const LAST_PERFORMANCE_NUMBER = 12;

/** Undefined for what is not one of the 24. */
export function familyOf({ number }: MetricSpec): Family | undefined {
  if (number === undefined) return undefined;
  return number <= LAST_PERFORMANCE_NUMBER ? 'performance' : 'security';
}
