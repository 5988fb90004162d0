/** What was found, scenario by scenario, in a file that the repository has: docs/reference/detection.md is made of it. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../programs/paths.ts';

const RESULTS = join(ROOT, 'tools', 'test-detection', 'results.json');

const seen = z.strictObject({
  name: z.string(),
  /** After the scenario began, to a scrape or an evaluation. */
  seconds: z.int().nonnegative(),
});

const detection = z.strictObject({
  seconds: z.int().positive(),
  rules: z.array(seen),
  alerts: z.array(seen),
  /** Why it was not done. */
  failure: z.string().optional(),
});

const resultsSchema = z.strictObject({
  /** `2026-11-28`, of the last change. */
  date: z.iso.date(),
  kernel: z.string(),
  /** Between scrapes, and between evaluations. */
  intervalSeconds: z.int().positive(),
  scenarios: z.record(z.string(), detection),
});

export type Seen = z.output<typeof seen>;
export type Detection = z.output<typeof detection>;
export type Results = z.output<typeof resultsSchema>;

/** What there is; undefined before the first run. */
export function readResults(): Results | undefined {
  return existsSync(RESULTS) ? resultsSchema.parse(JSON.parse(readFileSync(RESULTS, 'utf8'))) : undefined;
}

/** Replaces the file. */
export function writeResults(results: Results): void {
  const scenarios = Object.fromEntries(
    Object.entries(results.scenarios).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  writeFileSync(`${RESULTS}.tmp`, `${JSON.stringify({ ...results, scenarios }, null, 2)}\n`);
  renameSync(`${RESULTS}.tmp`, RESULTS);
}
