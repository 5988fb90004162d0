/** What a dataset of a campaign has among what it came about by: the plan as it was carried out, and the machine. */
import { z } from 'zod';
import type { Manifest } from '../../dataset/model/manifest.ts';

export const CAMPAIGN_FILE = 'campaign.json';

const count = z.int().nonnegative();

export const campaignSchema = z.strictObject({
  date: z.iso.date(),
  kernel: z.string(),
  cpus: z.int().positive(),
  memoryGiB: z.int().positive(),
  pods: z.int().positive(),
  /** Between scrapes, and of the rows. */
  stepSeconds: z.number().positive(),
  minutes: count,
  /** Processes that ran or waited to, on the whole machine: means of a minute, one after each batch. */
  load: z.strictObject({ mean: z.number().nonnegative(), most: z.number().nonnegative() }),
  batches: z.array(
    z.strictObject({
      seed: count,
      turns: z.array(
        z.strictObject({
          scenario: z.string(),
          pod: z.int().positive(),
          intensity: z.number().positive().max(1),
          seconds: z.number().positive(),
        }),
      ),
    }),
  ),
  /** Scenarios that were refused, or went wrong. */
  failures: z.array(z.strictObject({ seed: count, scenario: z.string(), why: z.string() })),
});

export type Campaign = z.output<typeof campaignSchema>;

/**
 * The campaign that a dataset is of.
 *
 * @throws {RangeError} when it is of none
 */
export function campaignOf({ provenance = [] }: Pick<Manifest, 'provenance'>): Campaign {
  const text = provenance.find(({ name }) => name === CAMPAIGN_FILE)?.text;
  if (text === undefined) throw new RangeError(`the dataset has no ${CAMPAIGN_FILE} in its provenance`);
  return campaignSchema.parse(JSON.parse(text));
}
