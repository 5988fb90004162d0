/** The events of several labs' datasets, beside the rows of all. */
import { parseDurationMs } from '../../common/duration.ts';
import { parseRfc3339 } from '../../common/times.ts';
import type { EvidenceEvent } from '../../dataset/evidence/event.ts';
import type { DatasetWriter } from '../../dataset/folder/writer.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import type { Storage } from '../../dataset/storage/storage.ts';
import { EvidenceJoin } from '../evidence/join.ts';
import { eventsThere } from '../evidence/open.ts';
import { MOST_EVENTS } from '../evidence/read.ts';
import type { Lab } from './joinable.ts';

/** Whether all events can be held at once, as `build` would hold them. */
function canHold(labs: readonly Lab[]): boolean {
  return labs.reduce((sum, { manifest }) => sum + (manifest.evidence?.rows ?? 0), 0) <= MOST_EVENTS;
}

/** What of events a reader of the whole would miss. */
export function evidenceWarnings(labs: readonly Lab[]): string[] {
  const [having, lacking] = [true, false].map((has) =>
    labs.filter(({ manifest }) => (manifest.evidence !== undefined) === has),
  ) as [Lab[], Lab[]];
  if (having.length === 0) return [];
  if (!canHold(labs)) return [`the labs have more than ${MOST_EVENTS} events: all are left out`];
  return lacking.map(
    ({ lab }) => `${lab}: it has no events: of its rows nothing is known but what they hold`,
  );
}

/**
 * The events of all labs, to be joined to the rows as they are written; undefined where there are none.
 *
 * @throws {BuilderError} `damaged` when a lab's events are not those of its manifest
 */
export async function openJoinedEvidence(
  sources: readonly (Lab & { readonly storage: Storage })[],
): Promise<EvidenceJoin | undefined> {
  const having = sources.filter(({ manifest }) => manifest.evidence !== undefined);
  const [first] = having;
  if (first === undefined || !canHold(sources)) return undefined;
  const events: EvidenceEvent[] = [];
  for (const { lab, storage, manifest } of having)
    if (manifest.evidence !== undefined)
      for (const event of await eventsThere(storage, manifest.evidence)) events.push({ ...event, lab });
  return new EvidenceJoin(events, first.manifest.entity, parseDurationMs(first.manifest.step) ?? Number.NaN);
}

/** Writes the events once all rows were met. */
export async function writeJoinedEvidence(
  join: EvidenceJoin | undefined,
  writer: DatasetWriter,
  labs: readonly Lab[],
): Promise<Manifest['evidence']> {
  const times = labs.flatMap(({ manifest: { start, end } }) => [start, end].map(parseRfc3339));
  const known = times.filter((time) => time !== undefined);
  const hidden = labs.some(({ manifest }) => manifest.pseudonyms !== undefined);
  const table = join?.table(Math.min(...known), Math.max(...known), hidden);
  if (table === undefined) return undefined;
  const sources = labs.flatMap(({ lab, manifest }) =>
    (manifest.evidence?.sources ?? []).map(({ from, events }) => ({ from: `${lab}: ${from}`, events })),
  );
  return { ...(await writer.evidence(table)), sources };
}
