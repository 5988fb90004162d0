/** What the columns of a file are that kubevigil-builder has not written: a small YAML file. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseDurationMs } from '../../common/duration.ts';
import { BuilderError } from '../../common/errors.ts';
import { issueOf } from '../../common/issues.ts';

const name = z.string().min(1).max(300);
const names = z.array(name).max(2_000);
const text = z.coerce.string();

const declarationSchema = z.strictObject({
  /** Column of the time of a row. */
  time: name,
  /** Of times that are numbers. */
  timeUnit: z.enum(['s', 'ms', 'us', 'ns']).default('s'),
  /** Columns whose values together name the node; without them each file is a node of its own. */
  group: z.union([name, names]).default([]),
  /** Column of the label; without it nobody knows what a row is. */
  label: name.optional(),
  /** Labels without an attack. */
  normal: z.array(text).min(1).default(['0', 'false', 'normal', 'benign']),
  /** Names of other labels, where they are numbers or unhandy. */
  classes: z
    .record(z.string(), z.string().regex(/^[A-Za-z][\w.-]{0,99}$/, 'is no name of a class'))
    .default({}),
  /** Columns of numbers; all that are neither named above nor ignored, when it is left out. */
  features: names.min(1).optional(),
  ignore: names.default([]),
  /** Columns that only grow; their growth a second is the feature. Raw totals would be clocks. */
  counters: names.default([]),
  /** From one row to the next. */
  step: z.string().refine((own) => (parseDurationMs(own) ?? 0) > 0, 'is no duration such as 15s'),
  /** What becomes of rows of one node and one time. */
  duplicates: z.enum(['refuse', 'first', 'last']).default('refuse'),
  /** Shares of each node's time for training, for validation and for test, in the order of time. */
  fractions: z
    .tuple([z.number().positive(), z.number().positive(), z.number().nonnegative()])
    .default([0.6, 0.2, 0.2]),
});

export type Declaration = z.output<typeof declarationSchema>;

/** The columns that name a row's node. */
export function groupColumns({ group }: Declaration): readonly string[] {
  return typeof group === 'string' ? [group] : group;
}

/**
 * Reads a declaration.
 *
 * @throws {BuilderError} `config` that names the file and the key
 */
export function readDeclaration(path: string): Declaration {
  try {
    return declarationSchema.parse(parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new BuilderError('config', `${path}: ${issueOf(error)}`, { cause: error });
  }
}
