/** What stands in a candidate's JSON files, and how much of it is believed. */
import { z } from 'zod';
import type { PARTS } from '../calibration/parts.ts';
import { CONTENTS, MOST_BYTES } from './files.ts';

/** Of all of them together; another is refused. */
export const SCHEMA_VERSION = 1;

const MOST_COLUMNS = 2_000;
const MOST_CLASSES = 200;
const MOST_RANKS = 10_000;
const MOST_EXAMPLES = 1_000;
const LONGEST_NAME = 300;

const schemaVersion = z.literal(SCHEMA_VERSION);
const name = z.string().min(1).max(LONGEST_NAME);
const names = z.array(name).max(MOST_COLUMNS);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().nonnegative();
const time = z.iso.datetime({ precision: 3 });

const different = (list: readonly string[]) => new Set(list).size === list.length;

const figure = z.number();

/** Why this novelty model serves and not the other: average precisions of attacks of the validation part. */
const noveltyChoiceSchema = z.strictObject({
  /** The autoencoder's less that of principal components; null where there are too few attacks to compare. */
  difference: figure.nullable(),
  /** Of the difference, with 95 % confidence. */
  interval: z.tuple([figure, figure]).nullable(),
  byClass: z
    .array(z.strictObject({ label: name, episodes: count, pca: figure, autoencoder: figure }))
    .max(MOST_CLASSES),
  reason: z.string().max(1_000),
});
export type NoveltyChoice = z.output<typeof noveltyChoiceSchema>;

const noveltyFields = { choice: noveltyChoiceSchema };

/** model.json: what the models take and give. */
export const modelSchema = z.strictObject({
  schemaVersion,
  detector: z.string().max(LONGEST_NAME),
  /** Networks trained by another major version of Node can differ in their last digits. */
  node: z.string().max(LONGEST_NAME),
  seed: z.int(),
  entity: z.enum(['node', 'pod']),
  columns: z
    .array(
      z.strictObject({
        name,
        unit: name.optional(),
        metric: name.optional(),
        /** A usual distance from the node's own usual, among the fleet's normal rows; in the unit. */
        scale: z.number().positive(),
      }),
    )
    .min(1)
    .max(MOST_COLUMNS)
    .refine((columns) => different(columns.map((column) => column.name)), 'names a column twice'),
  /** Columns of the datasets that never moved. */
  constantColumns: names,
  step: z.string().max(LONGEST_NAME),
  /** Rows. */
  window: z.int().positive().max(1_000),
  horizon: z.string().max(LONGEST_NAME),
  learningRows: count.max(100_000),
  /** Of the models' input, in their order. */
  features: z.array(name).max(5 * MOST_COLUMNS),
  classes: names.min(2).max(MOST_CLASSES).refine(different, 'names a class twice'),
  /** Columns that count what rules matched. */
  rules: names,
  models: z.strictObject({
    classifier: z.strictObject({ kind: z.literal('gbdt'), rounds: count }),
    challenger: z.strictObject({ kind: z.enum(['mlp', 'cnn']) }),
    novelty: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('pca'), components: count, ...noveltyFields }),
      z.strictObject({ kind: z.literal('autoencoder'), narrowest: count, ...noveltyFields }),
    ]),
  }),
  datasets: z
    .array(z.strictObject({ rowsDigest: sha256, rows: count, start: time, end: time }))
    .min(1)
    .max(1_000),
});
export type ModelFile = z.output<typeof modelSchema>;

const ranks = z
  .strictObject({
    rows: z.int().positive(),
    scores: z.array(z.number()).min(1).max(MOST_RANKS),
    above: z.array(count).max(MOST_RANKS),
  })
  .refine(
    ({ rows, scores, above }) =>
      scores.length === above.length &&
      above.every((own, i) => own < rows && (i === 0 || own > (above[i - 1] as number))) &&
      scores.every((own, i) => i === 0 || own < (scores[i - 1] as number)),
    'is not in order',
  );

/** calibration.json: what quiet rows score. */
export const calibrationSchema = z.strictObject({
  schemaVersion,
  nodeHours: z.number().positive(),
  asked: z.number().positive(),
  carried: z.number().positive(),
  alpha: z.number().positive().max(0.5),
  parts: z.strictObject({
    classifier: ranks.optional(),
    novelty: ranks.optional(),
    rules: ranks.optional(),
    missing: ranks.optional(),
  } satisfies Record<(typeof PARTS)[number], unknown>),
  challenger: ranks,
});

/** golden.json: windows with what the models make of them. */
export const goldenSchema = z.strictObject({
  schemaVersion,
  examples: z
    .array(
      z.strictObject({
        label: name,
        /** Null where nothing is known. */
        features: z.array(z.number().nullable()).max(5 * MOST_COLUMNS),
        /** Row by row, the oldest first. */
        window: z.array(z.number()).max(1_000 * (MOST_COLUMNS + 1)),
        classifier: z.array(z.number()).max(MOST_CLASSES),
        challenger: z.array(z.number()).max(MOST_CLASSES),
        novelty: z.array(z.number()).length(1),
      }),
    )
    .min(1)
    .max(MOST_EXAMPLES),
});
export type Golden = z.output<typeof goldenSchema>['examples'];

/** promoted.json, beside models: which of them may raise alarms. */
export const promotedSchema = z.strictObject({
  schemaVersion,
  /** Its folder. */
  model: name.regex(/^[\w-]+$/, 'is no name of a model'),
  /** Of its manifest: another model of this name is not promoted. */
  manifestSha256: sha256,
  decider: z.enum(['trees', 'network']),
  /** Of eval.json, by which it was decided. */
  evaluationSha256: sha256,
  /** False alarms per node and day. */
  budget: z.number().positive(),
  reasons: z.array(z.string().max(1_000)).max(20),
});
export type Promoted = z.output<typeof promotedSchema>;

/** manifest.json: the other files. */
export const manifestSchema = z.strictObject({
  schemaVersion,
  files: z
    .array(z.strictObject({ path: z.enum(CONTENTS), bytes: z.int().positive().max(MOST_BYTES), sha256 }))
    .length(CONTENTS.length)
    .refine((files) => different(files.map(({ path }) => path)), 'names a file twice'),
});
