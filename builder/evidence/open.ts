import { parseDurationMs } from '../../common/duration.ts';
import { BuilderError } from '../../common/errors.ts';
import { issueOf } from '../../common/issues.ts';
import type { EvidenceEvent } from '../../dataset/evidence/event.ts';
import { sha256OfFile } from '../../dataset/folder/writer.ts';
import { parquet } from '../../dataset/formats/parquet/parquet.ts';
import { EVIDENCE_COLUMNS } from '../../dataset/model/evidence.ts';
import type { Manifest, ManifestEvidence } from '../../dataset/model/manifest.ts';
import type { Table } from '../../dataset/model/table.ts';
import type { Storage } from '../../dataset/storage/storage.ts';
import type { BuildConfig } from '../config/schema.ts';
import type { Pseudonyms } from '../names/pseudonyms.ts';
import { EvidenceJoin, eventsOf } from './join.ts';
import { type EvidenceSource, readEvidence } from './read.ts';

export interface EvidenceToJoin {
  readonly join: EvidenceJoin;
  readonly sources: readonly EvidenceSource[];
  /** Whether names are pseudonyms, so that what tells them is left out. */
  readonly isHidden: boolean;
}

/**
 * The events that a dataset has.
 *
 * @throws {Error} when its file is not what the manifest says
 */
export async function* evidenceTables(storage: Storage, evidence: ManifestEvidence): AsyncGenerator<Table> {
  const copy = await storage.open(evidence);
  try {
    if ((await sha256OfFile(copy.file)) !== evidence.sha256)
      throw new Error('it is not the file that the manifest names');
    yield* parquet.read(copy.file, EVIDENCE_COLUMNS);
  } finally {
    copy.release();
  }
}

/**
 * @throws {BuilderError} `damaged`
 */
export async function eventsThere(storage: Storage, evidence: ManifestEvidence): Promise<EvidenceEvent[]> {
  const events: EvidenceEvent[] = [];
  try {
    for await (const table of evidenceTables(storage, evidence))
      for (const event of eventsOf(table)) events.push(event);
  } catch (error) {
    const message = `${storage.nameOf(evidence.path)} cannot be read (${issueOf(error)}): see kubevigil-builder verify`;
    throw new BuilderError('damaged', message, { cause: error });
  }
  return events;
}

/** An event under other names. */
function renamed(event: EvidenceEvent, { of }: Pseudonyms): EvidenceEvent {
  const { node, namespace, pod } = event;
  return {
    ...event,
    node: of('node', node),
    namespace: namespace === '' ? '' : of('namespace', namespace),
    pod: pod === '' ? '' : of('pod', pod),
  };
}

/**
 * The events to be joined: those that the dataset has, and those that the configuration names.
 *
 * @param earlier the dataset that is continued
 * @throws {BuilderError} `data` when a source cannot be read, `damaged` when the dataset's own events cannot
 */
export async function openEvidence(
  { evidence = [], entity, step }: BuildConfig,
  storage: Storage,
  earlier: Manifest | undefined,
  pseudonyms: Pseudonyms | undefined,
): Promise<EvidenceToJoin | undefined> {
  if (evidence.length === 0 && earlier?.evidence === undefined) return undefined;
  const there = earlier?.evidence === undefined ? [] : await eventsThere(storage, earlier.evidence);
  const { events, sources } = await readEvidence(evidence);
  const fresh = pseudonyms === undefined ? events : events.map((event) => renamed(event, pseudonyms));
  const all = new Map([...there, ...fresh].map((event) => [`${event.node}\0${event.id}`, event]));
  return {
    join: new EvidenceJoin(
      [...all.values()],
      entity,
      earlier ? (parseDurationMs(earlier.step) ?? step) : step,
    ),
    sources:
      evidence.length === 0
        ? (earlier?.evidence?.sources ?? [])
        : pseudonyms === undefined
          ? sources
          : sources.map(({ from, events: count }) => ({
              from: /^https?:/.test(from) ? 'an exporter' : 'a file',
              events: count,
            })),
    isHidden: pseudonyms !== undefined,
  };
}
