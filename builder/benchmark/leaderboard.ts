/** The files of what models are worth: in a dataset, or in a folder beside it. */
import { mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { replaceDurably } from '../../common/durable-file.ts';
import { BuilderError, messageOf } from '../../common/errors.ts';
import { issueOf } from '../../common/issues.ts';
import { readSmall } from '../../dataset/files/input-file.ts';
import { isLeaderboardFile, LEADERBOARD_PAGE, leaderboardPath } from '../../dataset/model/file-names.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import type { Storage } from '../../dataset/storage/storage.ts';
import { leaderboardPage } from './page.ts';
import { type Result, resultSchema, resultText } from './result.ts';

const MOST_BYTES = 1_048_576;
/** Models of a page. */
const MOST_FILES = 10_000;

/** Where results are kept, whatever that is. */
export interface Shelf {
  list(): Promise<string[]>;
  /** Paths are those of a dataset: `leaderboard/<model>.json`. */
  read(path: string): Promise<Buffer | undefined>;
  write(path: string, text: string): Promise<void>;
  nameOf(path: string): string;
}

/** A folder of its own: its files are those that a dataset has in `leaderboard/`. */
export function folderShelf(folder: string): Shelf {
  const at = (path: string) => join(folder, basename(path));
  const attempt = <T>(task: () => T): T => {
    try {
      return task();
    } catch (error) {
      throw new BuilderError('output', `leaderboard ${folder}: ${messageOf(error)}`, { cause: error });
    }
  };
  return {
    list: async () =>
      attempt(() => {
        mkdirSync(folder, { recursive: true });
        return readdirSync(folder)
          .map((name) => `leaderboard/${name}`)
          .sort();
      }),
    read: async (path) => attempt(() => readSmall(at(path), MOST_BYTES)?.bytes),
    write: async (path, text) => attempt(() => replaceDurably(at(path), text)),
    nameOf: at,
  };
}

/** The shelf that a dataset has in itself. */
export function ownShelf(storage: Storage): Shelf {
  return {
    list: () => storage.list(),
    read: (path) => storage.read(path),
    write: (path, text) => storage.write(path, text),
    nameOf: (path) => storage.nameOf(path),
  };
}

/** A file's results, or what is wrong with it. */
function parseResult(bytes: Buffer, path: string): Result | string {
  try {
    const result = resultSchema.parse(JSON.parse(bytes.toString('utf8')));
    const wanted = leaderboardPath(result.model);
    return wanted === path ? result : `model ${JSON.stringify(result.model)} belongs into ${wanted}`;
  } catch (error) {
    return issueOf(error);
  }
}

/** The results of these very rows, as the shelf has them. */
async function resultsThere(shelf: Shelf, { rowsDigest }: Manifest): Promise<Result[]> {
  const files = (await shelf.list()).filter(isLeaderboardFile);
  if (files.length > MOST_FILES)
    throw new BuilderError(
      'output',
      `${shelf.nameOf(LEADERBOARD_PAGE)}: ${files.length} models are more than ${MOST_FILES}`,
    );
  const results: Result[] = [];
  for (const path of files) {
    const bytes = await shelf.read(path);
    const result = bytes && parseResult(bytes, path);
    if (typeof result === 'string')
      throw new BuilderError(
        'output',
        `${shelf.nameOf(path)} is no result of a model (${result}): remove it`,
      );
    if (result !== undefined && result.rowsDigest === rowsDigest) results.push(result);
  }
  return results;
}

/**
 * Puts results on a shelf, in place of those of the same models, and draws the page anew.
 *
 * @returns where the page is
 * @throws {BuilderError} `output`
 */
export async function publish(shelf: Shelf, manifest: Manifest, results: readonly Result[]): Promise<string> {
  const there = await resultsThere(shelf, manifest);
  for (const result of results) await shelf.write(leaderboardPath(result.model), resultText(result));
  const replaced = new Set(results.map(({ model }) => leaderboardPath(model)));
  const others = there.filter(({ model }) => !replaced.has(leaderboardPath(model)));
  await shelf.write(LEADERBOARD_PAGE, leaderboardPage(manifest, [...others, ...results]));
  return shelf.nameOf(LEADERBOARD_PAGE);
}

/**
 * A line for each file of a dataset's leaderboard that is not what it should be.
 *
 * @param files of the dataset
 */
export async function verifyLeaderboard(
  storage: Storage,
  manifest: Manifest,
  files: readonly string[],
): Promise<string[]> {
  const lines: string[] = [];
  const results: Result[] = [];
  for (const path of files.filter(isLeaderboardFile)) {
    const read = await storage.read(path).catch((error: unknown) => issueOf(error));
    const result = read === undefined ? 'is gone' : typeof read === 'string' ? read : parseResult(read, path);
    if (typeof result === 'string') lines.push(`${path}: is no result of a model: ${result}`);
    else if (result.rowsDigest !== manifest.rowsDigest)
      lines.push(`${path}: is of other rows: judge the model again, or remove it`);
    else if (result.rows.test !== (manifest.split.rows['test'] ?? 0))
      lines.push(
        `${path}: tells of ${result.rows.test} rows of test, the manifest of ${manifest.split.rows['test'] ?? 0}`,
      );
    else results.push(result);
  }
  if (!files.includes(LEADERBOARD_PAGE)) return lines;
  const page = await storage.read(LEADERBOARD_PAGE).catch((error: unknown) => issueOf(error));
  if (typeof page === 'string') lines.push(`${LEADERBOARD_PAGE}: ${page}`);
  else if (page?.equals(Buffer.from(leaderboardPage(manifest, results))) !== true)
    lines.push(`${LEADERBOARD_PAGE}: is not what the models' files make of it: judge one again to draw it`);
  return lines;
}
