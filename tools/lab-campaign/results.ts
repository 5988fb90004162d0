/** What a campaign's datasets are worth as a benchmark, in a file that the repository has: docs/reference/benchmark.md is made of it. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { resultSchema } from '../../builder/benchmark/result.ts';
import { PARTS } from '../../dataset/model/rows.ts';
import { ROOT } from '../programs/paths.ts';
import { type Campaign, campaignSchema } from './campaign-file.ts';

const RESULTS = join(ROOT, 'tools', 'lab-campaign', 'results.json');

const count = z.int().nonnegative();
const names = z.array(z.string());
const inParts = z.strictObject(
  Object.fromEntries(PARTS.map((part) => [part, z.strictObject({ episodes: count, rows: count })])) as Record<
    (typeof PARTS)[number],
    z.ZodObject<{ episodes: typeof count; rows: typeof count }>
  >,
);

const datasetSchema = z.strictObject({
  rows: z.record(z.string(), count),
  normalRows: z.record(z.string(), count),
  /** Steps without a row, or with an empty one, because no scrape was done in time. */
  gapSteps: count,
  /** By scenario. */
  scenarios: z.record(z.string(), z.strictObject({ role: z.enum(['attack', 'benign']), parts: inParts })),
  /** What the manifest says of what parts lack. */
  lacks: names,
  leaking: names,
  drift: z.strictObject({ real: names, features: count, missed: names, spilled: names }),
  baselines: z.array(resultSchema),
});

const benchmarkSchema = z.strictObject({
  campaign: campaignSchema
    .omit({ batches: true })
    .extend({ seeds: z.array(count), batches: count, note: z.string().optional() }),
  pod: datasetSchema,
  node: datasetSchema,
});

export type InParts = z.output<typeof inParts>;
export type DatasetResults = z.output<typeof datasetSchema>;
export type Benchmark = z.output<typeof benchmarkSchema>;

/** A campaign as the results tell of it, without each single turn. @param note what else is to be known of the run */
export function summaryOf({ batches, ...campaign }: Campaign, note?: string): Benchmark['campaign'] {
  const seeds = [...new Set(batches.map(({ seed }) => seed))];
  return { ...campaign, seeds, batches: batches.length, ...(note !== undefined && { note }) };
}

/** What there is; undefined before the first run. */
export function readBenchmark(): Benchmark | undefined {
  return existsSync(RESULTS) ? benchmarkSchema.parse(JSON.parse(readFileSync(RESULTS, 'utf8'))) : undefined;
}

/** Replaces the file. */
export function writeBenchmark(results: Benchmark): void {
  writeFileSync(`${RESULTS}.tmp`, `${JSON.stringify(benchmarkSchema.parse(results), null, 2)}\n`);
  renameSync(`${RESULTS}.tmp`, RESULTS);
}
