import { evidenceFile } from './evidence.ts';
import { FORMAT_NAMES } from './format-names.ts';
import { SPLITS, type Split } from './rows.ts';
import { type Shard, shardName } from './shard.ts';

/** Names of the files with which a run commits what it wrote. */
export interface Places {
  readonly manifest: string;
  readonly lock: string;
  readonly journal: string;
  /** Number in the names of the data files. */
  readonly part: number;
  /** Whether others write to the same folder at the same time. */
  readonly shared: boolean;
}

/** Shards of one dataset write to one folder without getting in each other's way. */
export function placesOf(shard: Shard | undefined): Places {
  const suffix = shard === undefined ? '' : `-${shardName(shard)}`;
  return {
    manifest: `manifest${suffix}.json`,
    lock: `.lock${suffix}`,
    journal: `.commit${suffix}.json`,
    part: shard?.index ?? 0,
    shared: shard !== undefined,
  };
}

/**
 * The file of a UTC day.
 *
 * @param split whose rows alone it holds; all of the day's when undefined
 */
export function dataPath(
  date: string,
  { part }: Places,
  extension: string,
  split: Split | undefined,
): string {
  return `data/date=${date}/part-${part}${split === undefined ? '' : `-${split}`}.${extension}`;
}

/**
 * All files of a part of the split, as a shell's pattern relative to the dataset: tools that divide a dataset by its files' names take it.
 */
export function splitPattern(split: Split, extension: string): string {
  return `data/*/part-*-${split}*.${extension}`;
}

const DATA_FILE = new RegExp(
  String.raw`^data/date=(\d{4}-\d{2}-\d{2})/part-(\d+)(?:-(${SPLITS.join('|')}))?(-[0-9a-f]{16})?\.(${FORMAT_NAMES.join('|')})$`,
);
/** Hexadecimal digits of its SHA-256 that tell a file's contents from all others that were ever in its place. */
const CONTENT_DIGITS = 16;

export interface DataFile {
  readonly date: string;
  /** Which shard has written it. */
  readonly part: number;
  /** The part of the split that all its rows are of; undefined of a file that holds a whole day. */
  readonly split: Split | undefined;
  /** Whether its name follows from its contents. */
  readonly byContent: boolean;
}

/** What the name of a file with rows tells; undefined for what is no such file. */
export function dataFile(path: string): DataFile | undefined {
  const [, date, part, split, content] = DATA_FILE.exec(path) ?? [];
  return date === undefined
    ? undefined
    : { date, part: Number(part), split: split as Split | undefined, byContent: content !== undefined };
}

/** The folder of a data file: what lies in the same is of the same day. */
export function dayOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/** The path of a data file that is never another file's, so that nothing is ever written over. */
export function contentPath(path: string, sha256: string): string {
  return path.replace(/\.(\w+)$/, `-${sha256.slice(0, CONTENT_DIGITS)}.$1`);
}

/** Whether the name of a file with rows or events follows from its contents, so that it is never written over. */
export function isByContent(path: string): boolean {
  return (dataFile(path) ?? evidenceFile(path))?.byContent === true;
}

/** Where a whole dataset's manifest is. */
export const MANIFEST = 'manifest.json';
export const REPORT = 'report.html';
export const CROISSANT = 'croissant.json';
export const CARD = 'README.md';

/** What models are worth on the dataset: a file each, and a page of them. */
const LEADERBOARD = 'leaderboard/';
export const LEADERBOARD_PAGE = `${LEADERBOARD}index.html`;
const LEADERBOARD_FILE = /^leaderboard\/([a-z0-9][a-z0-9._-]{0,79})\.json$/;

/** Where the results of a model are; what a file's name cannot hold becomes a dash. */
export function leaderboardPath(model: string): string {
  const name = model.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '-');
  return `${LEADERBOARD}${name.replace(/^[^a-z0-9]+/, '').slice(0, 80) || 'model'}.json`;
}

/** Whether a file has the results of a model. */
export function isLeaderboardFile(file: string): boolean {
  return LEADERBOARD_FILE.test(file);
}

/** Whether a file is one of what models are worth on a dataset. */
export function isLeaderboard(file: string): boolean {
  return file === LEADERBOARD_PAGE || isLeaderboardFile(file);
}

/** What a dataset came about by, such as the plan of a campaign. */
const PROVENANCE = 'provenance/';
export const PROVENANCE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;

export function provenancePath(name: string): string {
  return `${PROVENANCE}${name}`;
}

/** Whether a file tells what a dataset came about by. */
function isProvenance(file: string): boolean {
  return file.startsWith(PROVENANCE) && PROVENANCE_NAME.test(file.slice(PROVENANCE.length));
}

const BESIDE: readonly string[] = [MANIFEST, REPORT, CROISSANT, CARD];

/** Whether a file of a dataset can have this path, relative to it. No other is ever read, written or removed. */
export function isDatasetPath(file: string): boolean {
  const isNamed = dataFile(file) !== undefined || evidenceFile(file) !== undefined;
  return (
    BESIDE.includes(file) || isShardManifest(file) || isLeaderboard(file) || isProvenance(file) || isNamed
  );
}

const SHARD_MANIFEST = /^manifest-(\d+)-of-(\d+)\.json$/;
const BOOKKEEPING = /^\.(lock|commit)(-\d+-of-\d+)?(\.json)?$/;
const TEMPORARY = /^(data\/date=\d{4}-\d{2}-\d{2}\/|leaderboard\/|provenance\/)?\.[^/]+\.tmp$/;

export function isShardManifest(file: string): boolean {
  return SHARD_MANIFEST.test(file);
}

/** Whether a run that goes on or was killed keeps this file for itself: no part of a dataset. */
export function isBookkeeping(file: string): boolean {
  return TEMPORARY.test(file) || BOOKKEEPING.test(file);
}

/** A file beside the one that it will be renamed to. */
export function temporaryName(file: string): string {
  return file.replace(/[^/]+$/, (name) => `.${name}.tmp`);
}

const OWN_BEGINNINGS = [
  '.part-',
  '.evidence',
  '.manifest',
  '.README.md',
  '.croissant.json',
  '.report.html',
  '..commit',
];

/** Whether a killed run that wrote to these places may have left this temporary file behind. */
export function isOwnTemporary(file: string, { part, manifest, journal, shared }: Places): boolean {
  const beginnings = shared
    ? [`.part-${part}.`, `.part-${part}-`, `.${manifest}.`, `.${journal}.`]
    : OWN_BEGINNINGS;
  const name = file.slice(file.lastIndexOf('/') + 1);
  const isBeside = !shared && (file.startsWith(LEADERBOARD) || file.startsWith(PROVENANCE));
  return TEMPORARY.test(file) && (isBeside || beginnings.some((beginning) => name.startsWith(beginning)));
}
