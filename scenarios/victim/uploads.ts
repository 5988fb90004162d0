/**
 * What is uploaded to a weak page: a few small files in a folder of their own that is there only while it holds something. Their names are
 * numbers, nothing serves or runs them, and what they are called in a request is only remembered.
 */

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @internal exported for its own tests */
export const MOST_FILES = 16;
export const MOST_BYTES = 64 * 1024;
const LONGEST_NAME = 100;
const SLOTS = Array.from({ length: MOST_FILES }, (_, i) => i);
const FOLDER = /^kubevigil-uploads-(\d+)-(\d+)-[\da-f]{8}$/;
/** The 22nd field of /proc/<pid>/stat, counted from behind the name, which may hold anything. */
const START_TIME = 19;

/** When a process started, in clock ticks since boot; undefined when there is none. */
function startOf(pid: number | string): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TIME];
  } catch {
    return undefined;
  }
}

/** A name that tells whose it is, so that others can tell when it is nobody's. */
const newFolder = () =>
  `kubevigil-uploads-${process.pid}-${startOf(process.pid) ?? 0}-${randomBytes(4).toString('hex')}`;

/** None where the folder cannot be read: then nothing was written to it. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Removes what processes left behind that were killed. */
export function removeAbandoned(scratch: string): void {
  for (const name of namesIn(scratch)) {
    const [, pid = '', start] = FOLDER.exec(name) ?? [];
    if (pid !== '' && startOf(pid) !== start) rmSync(join(scratch, name), { recursive: true, force: true });
  }
}

export class Uploads {
  /** Where the files are, when there are some. */
  readonly folder: string;
  readonly #names: string[] = [];

  /** @param scratch where the folder is made, as soon as it is needed */
  constructor(scratch: string) {
    this.folder = join(scratch, newFolder());
  }

  /** Whether it is there: the scenario that uploaded it may have removed it. */
  has(name: string): boolean {
    const at = this.#names.indexOf(name);
    return at >= 0 && existsSync(this.#path(at));
  }

  /** Whether it was taken: not when there are enough, or it is too large. */
  add(name: string, content: Uint8Array): boolean {
    if (content.length > MOST_BYTES || name.length > LONGEST_NAME) return false;
    const known = this.#names.indexOf(name);
    const at = known >= 0 ? known : SLOTS.findIndex((slot) => !existsSync(this.#path(slot)));
    if (at < 0) return false;
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    writeFileSync(this.#path(at), content, { mode: 0o600 });
    this.#names[at] = name;
    return true;
  }

  #path(at: number): string {
    return join(this.folder, String(at));
  }

  /** Forgets and removes all. */
  clear(): void {
    this.#names.length = 0;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
