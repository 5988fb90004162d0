import { existsSync, readFileSync, statSync } from 'node:fs';
import { stringify } from 'csv-stringify/sync';
import { replaceDurably } from '../../common/durable-file.ts';
import { firstLineOf } from '../../common/errors.ts';
import {
  EPISODE_COLUMNS,
  type Episode,
  isBenign,
  lineKey,
  RARE_COLUMNS,
} from '../../dataset/episodes/contract.ts';
import { decodeEpisodes } from '../../dataset/episodes/episodes.ts';
import { ScenariosError } from '../scenario/errors.ts';
import { Claim } from './claim.ts';
import { endedAt, type ScenarioLine } from './episode.ts';

/** The file's text; it has a column for clusters, what pods have to do with it, chains and their stages where an episode tells that. */
function csvOf(lines: readonly ScenarioLine[]): string {
  const records = lines.map(({ startMs, endMs, ...line }) => ({ ...line, start: startMs, end: endMs }));
  const untold: readonly string[] = RARE_COLUMNS.filter(
    (column) => !lines.some((line) => line[column] !== undefined),
  );
  const columns = EPISODE_COLUMNS.filter((column) => !untold.includes(column));
  return stringify(records, { header: true, columns });
}

function lineOf({
  episode,
  scenario,
  startMs,
  endMs,
  cluster,
  node,
  namespace,
  pod,
  role,
  involvement,
  run,
  chain,
  stage,
}: Episode): ScenarioLine {
  const kind = isBenign({ role }) ? 'benign' : 'attack';
  const subject = { node, namespace, pod, ...(cluster !== undefined && { cluster }) };
  const part = involvement !== undefined && { involvement };
  const where = chain !== undefined && stage !== undefined && { chain, stage };
  return { episode, scenario, startMs, endMs, ...subject, role: kind, ...part, run, ...where };
}

/** Identity and version of the file; undefined while there is none. */
function versionOf(path: string): string | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat && [stat.dev, stat.ino, stat.size, stat.mtimeNs].join(':');
}

/**
 * episodes.csv, as the builder reads it. Each change replaces the file and has reached the disk when the call returns.
 *
 * Lines of earlier runs stay. One that a crash left open ends in the future: when the file is opened again nothing of that
 * run can be on any more, so that it ends there and then. Until then, and if nobody ever opens it again, it ends with the last
 * moment at which its children can have been at work.
 */
export class Ledger {
  readonly #path: string;
  readonly #claim: Claim;
  readonly #lines: Map<string, ScenarioLine>;
  #version: string | undefined;

  /**
   * Opens the file, or makes one with a header alone.
   *
   * @throws {BuilderError} `labels`, naming the line, when it is no episodes file
   * @throws {ScenariosError} `truth` when it cannot be written, or another run writes it
   */
  constructor(path: string, nowMs: number) {
    this.#path = path;
    this.#claim = new Claim(path);
    try {
      this.#lines = this.#open(path, nowMs);
      this.#save();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #open(path: string, nowMs: number): Map<string, ScenarioLine> {
    this.#version = versionOf(path);
    const found = existsSync(path) ? decodeEpisodes(readFileSync(path), path).map(lineOf) : [];
    const closed = found.map((line) => (line.endMs > nowMs ? endedAt(line, nowMs) : line));
    return new Map(closed.map((line) => [lineKey(line), line]));
  }

  /** Says that nothing more is written: another run may. */
  close(): void {
    this.#claim.release();
  }

  get lines(): readonly ScenarioLine[] {
    return [...this.#lines.values()];
  }

  has(episode: string): boolean {
    return this.lines.some((line) => line.episode === episode);
  }

  /**
   * Writes the lines of an episode that is about to begin. When that fails they are not there, and it must not begin.
   *
   * @throws {ScenariosError} `truth`
   */
  record(lines: readonly ScenarioLine[]): void {
    try {
      this.amend(lines);
    } catch (error) {
      for (const line of lines) this.#lines.delete(lineKey(line));
      throw error;
    }
  }

  /**
   * Puts lines in the place of those about the same episode and subject. What cannot be written now is written with the next change.
   *
   * @throws {ScenariosError} `truth`
   */
  amend(lines: readonly ScenarioLine[]): void {
    for (const line of lines) this.#lines.set(lineKey(line), line);
    this.#save();
  }

  /**
   * Takes lines back whose episode is known not to have begun.
   *
   * @throws {ScenariosError} `truth`
   */
  withdraw(lines: readonly ScenarioLine[]): void {
    for (const line of lines) this.#lines.delete(lineKey(line));
    this.#save();
  }

  #save(): void {
    if (versionOf(this.#path) !== this.#version)
      throw new ScenariosError(
        'truth',
        `${this.#path} was written by somebody else: give each run its own file`,
      );
    try {
      replaceDurably(this.#path, csvOf(this.lines));
    } catch (cause) {
      throw new ScenariosError('truth', `${this.#path} cannot be written: ${firstLineOf(cause)}`, { cause });
    }
    this.#version = versionOf(this.#path);
  }
}
