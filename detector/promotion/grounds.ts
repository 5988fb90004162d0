import { z } from 'zod';

const LONGEST = 300;
const name = z.string().max(LONGEST);
const recall = z.object({ recall: z.number().min(0).max(1).nullable() });

/** What of eval.json a promotion is decided by. */
export const groundsSchema = z.object({
  schemaVersion: z.literal(1),
  manifestSha256: z.string(),
  falseAlarms: z.object({ alarms: z.int().nonnegative().max(100_000), nodeDays: z.number().nonnegative() }),
  methods: z
    .array(z.object({ name, attacks: recall.nullable(), byClass: z.record(name, recall).nullable() }))
    .max(100),
  networkAdvantage: z.record(
    name,
    z.object({ mean: z.number(), interval: z.tuple([z.number(), z.number()]) }),
  ),
});
export type Grounds = z.output<typeof groundsSchema>;
