import { isDeepStrictEqual } from 'node:util';
import { issueOf } from '../../common/issues.ts';
import { parseRfc3339 } from '../../common/times.ts';
import type { Manifest, ManifestEvidence } from '../../dataset/model/manifest.ts';
import { numbers, type Table, timesOf, valuesOf } from '../../dataset/model/table.ts';
import type { Storage } from '../../dataset/storage/storage.ts';
import { EvidenceJoin, eventsOf } from './join.ts';
import { evidenceTables } from './open.ts';

/** The events as they stand, and what is to be found out of the rows anew. */
interface EvidenceThere {
  readonly join: EvidenceJoin;
  readonly tables: readonly Table[];
}

/** The events of a dataset, or a line that tells why they cannot be read. */
export async function readEvidenceThere(
  storage: Storage,
  evidence: ManifestEvidence,
  { entity, joined }: Manifest,
  stepMs: number,
): Promise<EvidenceThere | { readonly line: string }> {
  const tables: Table[] = [];
  try {
    for await (const table of evidenceTables(storage, evidence)) tables.push(table);
  } catch (error) {
    return { line: `${evidence.path}: ${issueOf(error)}` };
  }
  const events = tables.flatMap((table) => eventsOf(table, joined !== undefined));
  return { join: new EvidenceJoin(events, entity, stepMs), tables };
}

/** A column of several tables. */
function valuesAt(tables: readonly Table[], place: number): unknown[] {
  return tables.flatMap(({ columns }) => {
    const column = columns[place];
    return column === undefined ? [] : [...valuesOf(column)];
  });
}

/** What the rows make of the events, against what stands in their file; the rows must all have been met. */
export function verifyEvidence(
  { path, rows, joined, start, end }: ManifestEvidence,
  { join, tables }: EvidenceThere,
  { start: first, end: last, pseudonyms }: Manifest,
): string[] {
  const [firstMs = Number.NaN, lastMs = Number.NaN] = [first, last].map(parseRfc3339);
  const found = join.table(firstMs, lastMs, pseudonyms !== undefined);
  const count = tables.reduce((sum, table) => sum + table.rows, 0);
  if (found === undefined || found.rows !== count)
    return [`${path}: holds events that do not lie in the dataset's time`];
  const lines = found.columns.flatMap((column, i) =>
    isDeepStrictEqual([...valuesOf(column)], valuesAt(tables, i))
      ? []
      : [`${path}: ${column.name} is not what the rows make of it`],
  );
  const times = timesOf(found);
  const isTold =
    rows === count &&
    joined === numbers(found, 'joined').reduce((sum, one) => sum + one, 0) &&
    parseRfc3339(start) === times[0] &&
    parseRfc3339(end) === times.at(-1);
  return isTold ? lines : [...lines, `${path}: holds other events than the manifest says`];
}
