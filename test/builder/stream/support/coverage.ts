import type { SeenRecord } from './reader.ts';

const timeOf = (text: unknown) => Date.parse(String(text));

/** The steps that records tell of, each as its rows or as part of a gap; throws when they do not follow each other. */
export function coveredSteps(records: readonly SeenRecord[], stepMs: number): number[] {
  const steps: number[] = [];
  for (const { type, timestamp, from, to } of records) {
    if (type === 'step') steps.push(timeOf(timestamp));
    if (type !== 'gap') continue;
    for (let ms = timeOf(from) + stepMs; ms <= timeOf(to); ms += stepMs) steps.push(ms);
  }
  steps.forEach((ms, i) => {
    const before = steps[i - 1];
    if (before !== undefined && ms !== before + stepMs)
      throw new Error(`${new Date(ms).toISOString()} comes after ${new Date(before).toISOString()}`);
  });
  return steps;
}
