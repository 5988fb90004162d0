import type { Manifest, ManifestFile } from '../manifest-schema.ts';
import type { Partition } from '../model.ts';
import { dataPath, type Places } from '../output/places.ts';
import type { Plan } from './plan.ts';

/** A day's part of a dataset. */
export interface Day extends Partition {
  /** The file that is there of it. */
  readonly there: ManifestFile | undefined;
  /** The part of the day whose rows are still to be made of samples. */
  readonly fresh: Partition | undefined;
}

/** What there is, and what there is to do, of each day. */
export function daysOf(
  { days, partitions, config }: Plan,
  earlier: Manifest | undefined,
  places: Places,
): Day[] {
  const files = new Map(earlier?.files.map((file) => [file.path, file]));
  const fresh = new Map(partitions.map((partition) => [partition.date, partition]));
  return days.map((day) => ({
    ...day,
    there: files.get(dataPath(day.date, places, config.format)),
    fresh: fresh.get(day.date),
  }));
}
