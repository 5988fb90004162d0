/** What a model is worth on a dataset, as a file of `leaderboard/` has it. */
import { z } from 'zod';

const count = z.int().nonnegative();
const share = z.number().min(0).max(1);
/** A line of text that a page can show. */
const text = (most: number) => z.string().min(1).max(most);

export const MODEL_NAME = /^[A-Za-z0-9][\w .,+()-]{0,78}$/;

const found = z
  .strictObject({ events: count, found: count })
  .refine((own) => own.found <= own.events, 'has more found than there are');

export const resultSchema = z.strictObject({
  schemaVersion: z.literal(1),
  model: z.string().regex(MODEL_NAME, 'is no name of a model'),
  /** Learned here from the training rows, or scores that somebody gave. */
  kind: z.enum(['baseline', 'submission']),
  kubevigil: text(40),
  /** Of the rows that were judged. */
  rowsDigest: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of the file of scores, and of that of hidden labels. */
  scoresSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  labelsSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  seed: count.optional(),
  rows: z.strictObject({
    /** Of the part test. */
    test: count,
    /** Those whose label is known and that are no recovery. */
    judged: count,
    attack: count,
  }),
  /** Share of attack rows among the judged; null when none is judged. */
  baseRate: share.nullable(),
  averagePrecision: share.nullable(),
  vusPr: z.number().min(0).nullable(),
  /** Scores at or above it are alarms. */
  threshold: z.number().nullable(),
  thresholdFrom: z.enum(['validation', 'train', 'given', 'fixed']).nullable(),
  /** Null without a threshold, as all that follows. */
  episodes: found.nullable(),
  medianDelaySeconds: z.number().nonnegative().nullable(),
  falseAlarms: z
    .strictObject({
      alarms: count,
      quietHours: z.number().nonnegative(),
      perHour: z.number().nonnegative().nullable(),
      shareInAlarm: share.nullable(),
    })
    .nullable(),
  benign: found.nullable(),
  notes: z.array(text(500)).max(20),
});

export type Result = z.output<typeof resultSchema>;

/** Its figures, without what they are of. */
export type Figures = Pick<
  Result,
  | 'rows'
  | 'baseRate'
  | 'averagePrecision'
  | 'vusPr'
  | 'threshold'
  | 'thresholdFrom'
  | 'episodes'
  | 'medianDelaySeconds'
  | 'falseAlarms'
  | 'benign'
  | 'notes'
>;

/** As the file has it. */
export function resultText(result: Result): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}

/** The better first: by average precision, then by name. */
export function inOrder(results: readonly Result[]): Result[] {
  const of = ({ averagePrecision }: Result) => averagePrecision ?? -1;
  return [...results].sort((a, b) => of(b) - of(a) || (a.model < b.model ? -1 : 1));
}
