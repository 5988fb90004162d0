/** What the campaign of nodes showed, in a file that the repository has: docs/reference/evaluation.md is made of it. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../programs/paths.ts';

const RESULTS = join(ROOT, 'tools', 'lab-nodes', 'results.json');

const count = z.int().nonnegative();
const interval = z.tuple([z.number(), z.number()]);
const text = z.string();

/** Of eval.json; what is not here is not kept. */
const recall = z.object({
  events: count,
  found: count,
  interval: interval.nullable(),
  medianDelay: z.number().nullable(),
});
const byName = z.record(text, recall);

/** One model, judged by a node that it has never seen. */
export const judgementSchema = z.object({
  heldOut: text,
  step: text,
  heldOutRows: count,
  budget: z.object({ asked: z.number(), carried: z.number() }),
  falseAlarms: z.object({
    nodes: count,
    nodeDays: z.number(),
    alarms: count,
    rate: z.number().nullable(),
    interval: interval.nullable(),
  }),
  attacks: recall,
  strong: recall,
  benign: recall,
  byClass: byName,
  attribution: z.object({ events: count, right: count }),
  methods: z.array(
    z.object({ name: text, attacks: recall.nullable(), averagePrecision: z.number().nullable() }),
  ),
  /** Macro F1 of naming the class of a row. */
  macroF1: z.record(text, z.number().nullable()),
  telemetryLost: byName,
  leftOut: byName,
  /** What the models were learned of: rows of the embargo and without a label apart. */
  calibrationHours: z.number(),
});

/** One of a dataset whose parts were made by its own split, such as a campaign on one machine. */
const campaignSchema = judgementSchema.extend({
  entity: z.enum(['node', 'pod']),
  entities: count,
  rows: count,
  split: text,
});

const nodeSchema = z.strictObject({
  name: text,
  role: z.enum(['attacked', 'calibration', 'alarms']),
  /** As the kernel names itself. */
  kernel: text,
  rows: count,
  /** Rows of which no value arrived. */
  emptyRows: count,
  attackRows: count,
  attacks: count,
  benign: count,
  clockMs: z.number(),
});

const resultsSchema = z.strictObject({
  date: z.iso.date(),
  /** Of the product in the guests, as each run was begun. */
  commits: z.array(text),
  /** Of the detector that was judged. */
  evaluated: text,
  node: text,
  seed: z.int(),
  evaluationSeeds: count,
  repetitions: count,
  durationSeconds: z.number(),
  gapSeconds: z.number(),
  quietSeconds: z.number(),
  nodes: z.array(nodeSchema),
  columns: count,
  planned: count,
  done: count,
  /** By scenario: why no guest does it. */
  leftOut: z.record(text, text),
  /** By episode: what went wrong. */
  failures: z.record(text, text),
  judgements: z.array(judgementSchema),
  campaigns: z.array(campaignSchema),
});

export type Recall = z.output<typeof recall>;
export type Judgement = z.output<typeof judgementSchema>;
export type CampaignJudgement = z.output<typeof campaignSchema>;
export type LabResults = z.output<typeof resultsSchema>;

/** What there is; undefined before the first run. */
export function readLabResults(): LabResults | undefined {
  return existsSync(RESULTS) ? resultsSchema.parse(JSON.parse(readFileSync(RESULTS, 'utf8'))) : undefined;
}

/** Replaces the file. */
export function writeLabResults(results: LabResults): void {
  writeFileSync(`${RESULTS}.tmp`, `${JSON.stringify(results, null, 2)}\n`);
  renameSync(`${RESULTS}.tmp`, RESULTS);
}
