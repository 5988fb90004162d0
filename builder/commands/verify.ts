import { parseDurationMs } from '../../common/duration.ts';
import { BuilderError } from '../../common/errors.ts';
import { issueOf } from '../../common/issues.ts';
import { filesByDay } from '../../dataset/folder/dataset-rows.ts';
import { datasetFiles } from '../../dataset/folder/existing.ts';
import { METADATA_FILES, type MetadataFile, metadataOf } from '../../dataset/metadata/metadata.ts';
import { isLeaderboard, MANIFEST, REPORT } from '../../dataset/model/file-names.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import type { Table } from '../../dataset/model/table.ts';
import { readManifest } from '../../dataset/storage/read-manifest.ts';
import type { Storage } from '../../dataset/storage/storage.ts';
import { type Account, Accounts } from '../../dataset/summary/accounts.ts';
import { verifyLeaderboard } from '../benchmark/leaderboard.ts';
import { readEvidenceThere, verifyEvidence } from '../evidence/verify.ts';
import { claimsOf, dividedOf } from '../stages/manifest.ts';
import { differences } from './differences.ts';
import { verifyDay } from './verify-day.ts';

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

/** What the manifest must say of the parts; datasets of earlier versions say less. */
function splitClaims({ split }: Manifest, account: Account) {
  const found = dividedOf(split, account);
  const { rows, classBalance } = found;
  return split.lacks === undefined ? { rows, classBalance } : found;
}

/** What the rows say against the manifest. */
function verifyClaims(manifest: Manifest, accounts: Accounts): string[] {
  const account = accounts.result();
  const { driftingColumns, ...found } = claimsOf(account);
  // Datasets of earlier versions do not tell it.
  const known = manifest.driftingColumns === undefined ? found : { ...found, driftingColumns };
  const said = { ...manifest, ...manifest.split };
  const lines = [
    ...differences(`${MANIFEST}: `, manifest, known),
    ...differences(`${MANIFEST}: split.`, said.split, splitClaims(manifest, account)),
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
  const claimed = [...manifest.files, ...(evidence ? [evidence] : []), ...metadataOf(manifest)].map(
    ({ path }) => path,
  );
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
  const meet = (table: Table) => {
    accounts.add(table);
    join?.meet(table);
  };
  let complete = true;
  for (const files of filesByDay(manifest.files)) {
    const day = await verifyDay(storage, files, present, manifest, meet);
    lines.push(...day.lines);
    complete &&= day.complete;
  }
  // Without all rows every claim about them would be reported too, and hide what is wrong.
  if (complete) lines.push(...verifyClaims(manifest, accounts));
  if (complete && evidence !== undefined && events !== undefined && 'join' in events)
    lines.push(...verifyEvidence(evidence, events, manifest));
  return { manifest, differences: lines };
}
