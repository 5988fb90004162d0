/** Labels that people give: episodes in a file of their own, each with who said so, when and why beside it. */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { systemCode } from '../../common/errors.ts';
import { uninterrupted } from '../../common/uninterrupted.ts';
import { EPISODE_COLUMNS, type Subject } from './contract.ts';
import { decodeEpisodes } from './episodes.ts';

/** What a person calls a time in which nothing was wrong. */
export const NO_ATTACK = 'normal';
/** How the names of episodes begin that a person gave. */
export const VERDICT = 'verdict-';
/** The scenario of such an episode, which is benign: rows of it have the label `normal`. */
const FALSE_ALARM = 'false_alarm';

/** A label that somebody gives. */
export interface Verdict {
  readonly subject: Subject;
  readonly startMs: number;
  readonly endMs: number;
  /** Name of the attack, or `normal`; undefined for somebody who cannot tell. */
  readonly as: string | undefined;
  readonly author: string;
  readonly note: string;
  /** What it was said of: an alarm's id, and the model that raised it. */
  readonly alarm?: string | undefined;
  readonly model?: string | undefined;
  /** What the model called it. */
  readonly labelBefore?: string | undefined;
}

/** The file with a line of JSON for each verdict, in the order in which they were given. */
function provenanceFile(episodesFile: string): string {
  return `${episodesFile}.provenance.jsonl`;
}

/** Appends whole lines that have reached the disk when it returns; two who write at once do not mix. */
function append(path: string, text: string): void {
  const fd = openSync(path, 'a', 0o644);
  try {
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The file's text; undefined while there is none, or nothing in it. */
function textOf(path: string): Buffer | undefined {
  try {
    const bytes = readFileSync(path);
    return bytes.length === 0 ? undefined : bytes;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Verdicts are of no longer attack's stages.
 *
 * @internal exported for tests: the manifests begin a file with them
 */
export const VERDICT_COLUMNS = EPISODE_COLUMNS.filter((column) => column !== 'chain' && column !== 'stage');
const HEADER = stringify([VERDICT_COLUMNS]);

/**
 * Writes a verdict down: who cannot tell is in the provenance alone.
 *
 * @param file an episodes file that only verdicts are written to
 * @returns the name of the episode; undefined without one
 * @throws {BuilderError} `labels`, naming the line, when the file is no episodes file
 * @throws {Error} when it has other columns, or cannot be written
 */
export function writeVerdict(file: string, verdict: Verdict, nowMs: number): string | undefined {
  const { subject, startMs, endMs, as } = verdict;
  mkdirSync(dirname(file), { recursive: true });
  const before = textOf(file);
  if (before !== undefined) {
    decodeEpisodes(before, file);
    if (!before.toString('utf8').startsWith(HEADER))
      throw new Error(`${file} has other columns than verdicts have: give them a file of their own`);
  }
  const at = new Date(nowMs).toISOString();
  const id = `${VERDICT}${at.replaceAll(/[-:]/g, '')}-${randomBytes(2).toString('hex')}`;
  const episode = as === undefined ? undefined : id;
  const lines: (readonly [string, string])[] = [];
  if (as !== undefined) {
    const { cluster = '', node, namespace, pod } = subject;
    const [scenario, role] = as === NO_ATTACK ? [FALSE_ALARM, 'benign'] : [as, 'attack'];
    const cells: Readonly<Record<string, string | number>> = {
      ...{ episode: id, scenario, start: startMs, end: endMs },
      ...{ cluster, node, namespace, pod, role, run: '' },
    };
    const row = VERDICT_COLUMNS.map((column) => cells[column] ?? '');
    lines.push([file, `${before === undefined ? HEADER : ''}${stringify([row])}`]);
  }
  const { subject: _, ...facts } = verdict;
  const provenance = { id, time: at, ...subject, ...facts, as: as ?? null };
  lines.push([provenanceFile(file), `${JSON.stringify(provenance)}\n`]);
  uninterrupted(() => {
    for (const [path, text] of lines) append(path, text);
  });
  return episode;
}
