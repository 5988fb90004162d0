import { isDeepStrictEqual } from 'node:util';
import { parseDurationMs } from '../../common/duration.ts';
import { BuilderError } from '../../common/errors.ts';
import { issueOf } from '../../common/issues.ts';
import { recordOf } from '../../common/records.ts';
import { formatTime } from '../../common/times.ts';
import { datasetFiles } from '../../dataset/folder/existing.ts';
import { tablesOfCopy } from '../../dataset/folder/read-rows.ts';
import { sha256OfFile } from '../../dataset/folder/writer.ts';
import { METADATA_FILES, type MetadataFile, metadataOf } from '../../dataset/metadata/metadata.ts';
import { isLeaderboard, MANIFEST, REPORT } from '../../dataset/model/file-names.ts';
import type { Manifest, ManifestFile } from '../../dataset/model/manifest.ts';
import { NodeOrder } from '../../dataset/model/node-order.ts';
import { timesOf } from '../../dataset/model/table.ts';
import { readManifest } from '../../dataset/storage/read-manifest.ts';
import type { LocalCopy, Storage } from '../../dataset/storage/storage.ts';
import { Accounts } from '../../dataset/summary/accounts.ts';
import { verifyLeaderboard } from '../benchmark/leaderboard.ts';
import { readEvidenceThere, verifyEvidence } from '../evidence/verify.ts';
import { claimsOf } from '../stages/manifest.ts';

const SHOWN_CHARACTERS = 100;

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** A line for each key whose value in the manifest is not what was found. */
function differences(where: string, claimed: object, found: object): string[] {
  return Object.entries(found).flatMap(([key, value]) => {
    const said: unknown = Object.hasOwn(claimed, key) ? (claimed as Record<string, unknown>)[key] : undefined;
    if (isDeepStrictEqual(said, value)) return [];
    if (isRecord(said) && isRecord(value)) {
      const inner = recordOf(
        [...Object.keys(said), ...Object.keys(value)].map((name) => [name, value[name]]),
      );
      return differences(`${where}${key}.`, said, inner);
    }
    return `${where}${key} is ${show(value)}, the manifest says ${show(said)}`;
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads a file's rows into the account; gives what the manifest should say of the file. */
async function readFileRows(copy: LocalCopy, file: ManifestFile, manifest: Manifest, order: NodeOrder) {
  let rows = 0;
  let startMs = Number.POSITIVE_INFINITY;
  let endMs = Number.NEGATIVE_INFINITY;
  for await (const table of tablesOfCopy(copy, manifest)) {
    order.add(file, table);
    rows += table.rows;
    for (const t of timesOf(table)) {
      startMs = Math.min(startMs, t);
      endMs = Math.max(endMs, t);
    }
  }
  order.end(file);
  return { rows, ...(rows > 0 && { start: formatTime(startMs), end: formatTime(endMs) }) };
}

/** A file that can be opened as what the manifest says, or why not. */
async function opened(storage: Storage, file: ManifestFile): Promise<LocalCopy | string> {
  try {
    return await storage.open(file);
  } catch (error) {
    return `${file.path}: ${issueOf(error)}`;
  }
}

/** Compares one file with its entry; `readable` tells whether its rows are in the account. */
async function verifyFile(copy: LocalCopy, file: ManifestFile, manifest: Manifest, order: NodeOrder) {
  const found = { sha256: await sha256OfFile(copy.file) };
  try {
    const rows = await readFileRows(copy, file, manifest, order);
    return { readable: true, lines: differences(`${file.path}: `, file, { ...found, ...rows }) };
  } catch (error) {
    const unreadable = `${file.path}: cannot be read as ${manifest.format}: ${issueOf(error)}`;
    return { readable: false, lines: [...differences(`${file.path}: `, file, found), unreadable] };
  }
}

/** Files that a dataset has beside its rows. */
const BESIDE: readonly string[] = [MANIFEST, REPORT, ...METADATA_FILES];

/** A small file, or why it cannot be read. */
async function read(storage: Storage, path: string): Promise<Buffer | string | undefined> {
  try {
    return await storage.read(path);
  } catch (error) {
    return `${path}: ${issueOf(error)}`;
  }
}

/** Compares a metadata file with what the manifest makes of it. */
async function verifyMetadata(storage: Storage, { path, text }: MetadataFile): Promise<string[]> {
  const bytes = await read(storage, path);
  if (typeof bytes === 'string') return [bytes];
  if (bytes === undefined) return [`${path}: is missing`];
  return bytes.equals(Buffer.from(text)) ? [] : [`${path}: is not what the manifest makes of it`];
}

/** A report need not be there, but must not show other rows. */
async function verifyReport(storage: Storage, { rowsDigest }: Manifest): Promise<string[]> {
  const bytes = await read(storage, REPORT);
  if (typeof bytes === 'string') return [bytes];
  return bytes === undefined || bytes.includes(rowsDigest)
    ? []
    : [`${REPORT}: shows other rows: draw it again`];
}

/** What the rows say against the manifest. */
function verifyClaims(manifest: Manifest, accounts: Accounts): string[] {
  const account = accounts.result();
  const found = claimsOf(account);
  const said = { ...manifest, ...manifest.split };
  const lines = [
    ...differences(`${MANIFEST}: `, manifest, found),
    ...differences(`${MANIFEST}: split.`, said.split, {
      rows: account.splitRows,
      classBalance: account.splitClassBalance,
    }),
    ...manifest.columns.flatMap(({ name, nulls }) =>
      differences(`${MANIFEST}: column ${name}: `, { nulls }, { nulls: account.nulls[name] ?? 0 }),
    ),
  ];
  if (account.misplaced > 0) lines.push(`${MANIFEST}: ${account.misplaced} rows are doubled or out of order`);
  return lines;
}

/**
 * Recomputes everything that a dataset's manifest claims of its files.
 *
 * @returns the manifest, and one line per difference, which names the file
 * @throws {BuilderError} `output` when there is no dataset, `damaged` when the manifest itself is none
 */
export async function verify(storage: Storage): Promise<{ manifest: Manifest; differences: string[] }> {
  const manifest = await readManifest(storage);
  if (manifest === undefined)
    throw new BuilderError('output', `${storage.name} holds no dataset: there is no ${MANIFEST}`);
  const stepMs = parseDurationMs(manifest.step);
  if (stepMs === undefined)
    throw new BuilderError('damaged', `${storage.nameOf(MANIFEST)}: step ${manifest.step} is no duration`);
  const present = await datasetFiles(storage);
  const { evidence } = manifest;
  const claimed = [...manifest.files, ...(evidence ? [evidence] : [])].map(({ path }) => path);
  const lines = present
    .filter((file) => !BESIDE.includes(file) && !isLeaderboard(file) && !claimed.includes(file))
    .map((file) => `${file}: is not in the manifest`);
  if (await storage.isUnfinished()) {
    lines.push(
      `${MANIFEST}: a run was killed while it replaced files: the next build or update finishes that`,
    );
  }
  for (const file of metadataOf(manifest)) lines.push(...(await verifyMetadata(storage, file)));
  lines.push(...(await verifyReport(storage, manifest)));
  lines.push(...(await verifyLeaderboard(storage, manifest, present)));
  const accounts = new Accounts(stepMs);
  const events = evidence && (await readEvidenceThere(storage, evidence, manifest, stepMs));
  if (events !== undefined && 'line' in events) lines.push(events.line);
  const join = events !== undefined && 'join' in events ? events.join : undefined;
  const order = new NodeOrder(manifest.files, (table) => {
    accounts.add(table);
    join?.meet(table);
  });
  let complete = true;
  for (const file of manifest.files) {
    if (!present.includes(file.path)) {
      lines.push(`${file.path}: is missing`);
      complete = false;
      continue;
    }
    const copy = await opened(storage, file);
    if (typeof copy === 'string') {
      lines.push(copy);
      complete = false;
      continue;
    }
    try {
      const result = await verifyFile(copy, file, manifest, order);
      lines.push(...result.lines);
      complete &&= result.readable;
    } finally {
      copy.release();
    }
  }
  // Without all rows every claim about them would be reported too, and hide what is wrong.
  if (complete) lines.push(...verifyClaims(manifest, accounts));
  if (complete && evidence !== undefined && events !== undefined && 'join' in events)
    lines.push(...verifyEvidence(evidence, events, manifest));
  return { manifest, differences: lines };
}
