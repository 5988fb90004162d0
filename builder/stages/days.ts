import { groupBy } from '../../common/collections.ts';
import { dataFile, type Places } from '../../dataset/model/file-names.ts';
import type { Manifest, ManifestFile } from '../../dataset/model/manifest.ts';
import type { Partition } from '../../dataset/model/rows.ts';
import type { Plan } from '../plan/model.ts';

/** A day's part of a dataset. */
export interface Day extends Partition {
  /** The files that are there of it; none of a day that is new. */
  readonly there: readonly ManifestFile[];
  /** The part of the day whose rows are still to be made of samples. */
  readonly fresh: Partition | undefined;
}

/** What there is, and what there is to do, of each day. */
export function daysOf({ days, partitions }: Plan, earlier: Manifest | undefined, places: Places): Day[] {
  const own = (earlier?.files ?? []).flatMap((file) => {
    const named = dataFile(file.path);
    return named?.part === places.part ? [[named.date, file] as const] : [];
  });
  const files = groupBy(own, ([date]) => date);
  const fresh = new Map(partitions.map((partition) => [partition.date, partition]));
  return days.map((day) => ({
    ...day,
    there: (files.get(day.date) ?? []).map(([, file]) => file),
    fresh: fresh.get(day.date),
  }));
}
