import { z } from 'zod';

const rows = z.int().nonnegative().optional();

/** Rows that each part of a split must have at least: in a configuration, and in the manifest. */
export const minimumSchema = z.strictObject({
  /** Of each class that the dataset has. */
  class: rows,
  /** Of benign workloads that look like attacks, where the dataset has any. */
  benign: rows,
  /** Of time without any episode or recovery. */
  normal: rows,
});

export type Minimum = Readonly<z.infer<typeof minimumSchema>>;
