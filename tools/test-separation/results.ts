/** What a campaign showed, in a file that the repository has: docs/reference/separation.md is made of it. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../programs/paths.ts';

const RESULTS = join(ROOT, 'tools', 'test-separation', 'results.json');

const classSeparation = z.strictObject({
  /** What the rows are about. */
  entity: z.enum(['node', 'pod']),
  rows: z.int().positive(),
  best: z.strictObject({ column: z.string(), auc: z.number() }),
  /** Features whose area is 1, or nearly. */
  perfect: z.array(z.string()),
});

const resultsSchema = z.strictObject({
  date: z.iso.date(),
  kernel: z.string(),
  intensities: z.array(z.number()),
  /** Scenarios that were not done, and why. */
  failures: z.record(z.string(), z.string()),
  classes: z.record(z.string(), classSeparation),
});

export type ClassSeparation = z.output<typeof classSeparation>;
export type Separations = z.output<typeof resultsSchema>;

/** What there is; undefined before the first run. */
export function readSeparations(): Separations | undefined {
  return existsSync(RESULTS) ? resultsSchema.parse(JSON.parse(readFileSync(RESULTS, 'utf8'))) : undefined;
}

/** Replaces the file. */
export function writeSeparations(results: Separations): void {
  const classes = Object.fromEntries(Object.entries(results.classes).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(`${RESULTS}.tmp`, `${JSON.stringify({ ...results, classes }, null, 2)}\n`);
  renameSync(`${RESULTS}.tmp`, RESULTS);
}
