import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { SourceError, sourceError } from '../../base/errors.ts';
import { type HostFiles, namesIn } from '../../files/host-files.ts';
import { Moment } from '../moment.ts';
import { identityOf } from '../open-log.ts';
import { type IdentifiedEntry, JournalFile } from './journal-file.ts';
import { lineOf } from './line.ts';

/** What survives a reboot, and what does not; journald writes the second until, and unless, there is the first. */
const FOLDERS = ['/var/log/journal', '/run/log/journal'] as const;
const VOLATILE = FOLDERS[1];
/** What other machines sent here; every other folder is this machine's, by its id, or that of a namespace of it. */
const OF_OTHERS = 'remote';
const FILE = /\.journal~?$/;
/** As journald renames what it is done with: `system@….journal`, or `….journal~` after a crash. */
const ARCHIVE = /@|~$/;
const MAX_FILES = 256;
/** Archives that are known again when their folder was away for a while. */
const MAX_ENDED = 1_024;
/** Entries of the volatile journal that are remembered until they are flushed to the other. */
const MAX_VOLATILE = 10_000;

/** @param realtimeMs when journald received it, in Unix milliseconds, to the microsecond */
type TakeLine = (line: string, identifier: string, realtimeMs: number) => void;

interface Followed {
  readonly file: JournalFile;
  path: string;
  readonly isVolatile: boolean;
  /** What is older than this is past. */
  readonly sinceMs: number;
  isEnding: boolean;
}

interface Place {
  readonly path: string;
  readonly isVolatile: boolean;
}

/**
 * Follows the host's journal by its files, whose form systemd documents: they are read where journalctl is not installed, and
 * no child process runs.
 *
 * @see https://systemd.io/JOURNAL_FILE_FORMAT/
 */
export class Journal {
  readonly #files: HostFiles;
  readonly #take: TakeLine;
  /** By device and inode, which stay when a file is renamed. */
  readonly #followed = new Map<string, Followed>();
  /** Paths of archives that need not be looked at again, and the ids of those that were read to their end. */
  readonly #finished = new Set<string>();
  readonly #ended = new Set<string>();
  /** Paths that journald writes to; after a rotation there is another file. */
  readonly #written = new Set<string>();
  readonly #volatileKeys = new Set<string>();
  #since: Moment | undefined;

  /** @param take is given each line of an identifier that is followed, in the short form of journalctl */
  constructor(files: HostFiles, take: TakeLine) {
    this.#files = files;
    this.#take = take;
  }

  /** Whether there is a journal that is being read. */
  get isOpen(): boolean {
    return this.#followed.size > 0;
  }

  /**
   * Reads what was written since the last time under these syslog identifiers; without any it is closed. The first time
   * nothing is: what happened before is past.
   *
   * @returns what could not be read; `absent` without a journal
   */
  async poll(identifiers: readonly string[]): Promise<SourceError[]> {
    if (identifiers.length === 0) {
      await this.close();
      return [];
    }
    const errors: SourceError[] = [];
    await this.#find(errors);
    const wanted = [...new Set(identifiers)];
    for (const [identity, followed] of this.#followed) {
      const isMore = this.#read(followed, wanted, errors);
      // One that is not in its folder, which may not be seen now, is still there while it has a name.
      if (isMore || !(followed.isEnding || (await followed.file.isDeleted()))) continue;
      this.#followed.delete(identity);
      if (followed.isEnding) this.#finish(followed.file.id, followed.path);
      await followed.file.close();
    }
    if (this.#followed.size === 0 && errors.length === 0) {
      errors.push(new SourceError('absent', 'journal', 'journal: none on this host'));
    }
    return errors;
  }

  async close(): Promise<void> {
    const followed = [...this.#followed.values()];
    this.#followed.clear();
    this.#finished.clear();
    this.#ended.clear();
    this.#written.clear();
    this.#volatileKeys.clear();
    this.#since = undefined;
    for (const { file } of followed) await file.close();
  }

  async #find(errors: SourceError[]): Promise<void> {
    const isFirst = this.#since === undefined;
    this.#since ??= new Moment();
    const places: Place[] = [];
    for (const folder of FOLDERS) {
      await collect(errors, folder, async () => {
        places.push(...(await this.#placesIn(folder)));
      });
    }
    const paths = new Set(places.map(({ path }) => path));
    for (const known of [this.#finished, this.#written]) {
      // What cannot be seen is not gone.
      for (const path of errors.length === 0 ? known : []) if (!paths.has(path)) known.delete(path);
    }
    for (const place of places) {
      if (!this.#finished.has(place.path)) {
        await collect(errors, place.path, () => this.#adopt(place, isFirst));
      }
    }
  }

  async #placesIn(folder: (typeof FOLDERS)[number]): Promise<Place[]> {
    const paths = this.#files.paths.forOneLook();
    const places: Place[] = [];
    const add = (at: string, names: readonly string[]) => {
      const files = names.filter((name) => FILE.test(name));
      places.push(...files.map((name) => ({ path: `${at}/${name}`, isVolatile: folder === VOLATILE })));
    };
    const names = await namesIn(this.#files, paths, folder);
    add(folder, names);
    for (const machine of names.filter((one) => !FILE.test(one) && one !== OF_OTHERS)) {
      add(`${folder}/${machine}`, await namesIn(this.#files, paths, `${folder}/${machine}`));
    }
    return places;
  }

  /** Follows a file that is new, and recognises one that was renamed. */
  async #adopt({ path, isVolatile }: Place, isFirst: boolean): Promise<void> {
    const { paths, looker } = this.#files;
    const at = await paths.own(path);
    const stat = at === undefined ? undefined : await looker.look(at);
    if (at === undefined || !stat?.isFile()) return;
    const identity = identityOf(stat);
    const isEnding = ARCHIVE.test(path.slice(path.lastIndexOf('/')));
    const known = this.#followed.get(identity);
    if (known !== undefined) {
      known.path = path;
      known.isEnding ||= isEnding;
      return;
    }
    if (isEnding && isFirst) {
      this.#finished.add(path);
      return;
    }
    if (this.#followed.size >= MAX_FILES) {
      throw new SourceError('failed', path, `${path}: not read, more than ${MAX_FILES} journals`);
    }
    const file = await this.#open(at, path, !isFirst);
    if (file === undefined) return;
    if (isEnding && this.#knows(file.id, path)) {
      this.#finished.add(path);
      await file.close();
      return;
    }
    // The clock may be set back; what follows a file that was read is new whatever its time.
    const sinceMs = isFirst || this.#written.has(path) ? 0 : (this.#since?.earliestMs() ?? 0);
    if (!isEnding) this.#written.add(path);
    this.#followed.set(identity, { file, path, isVolatile, sinceMs, isEnding });
  }

  /**
   * Whether an archive was read, or is being read, by the file that it was copied from: so journald does where it cannot
   * change the attributes of a file that it is done with (tmpfs before Linux 6.1). That one ends.
   */
  #knows(id: string, path: string): boolean {
    const original = [...this.#followed.values()].find(({ file }) => file.id === id);
    if (original === undefined) return this.#ended.has(id);
    original.isEnding = true;
    original.path = path;
    return true;
  }

  #finish(id: string, path: string): void {
    this.#finished.add(path);
    this.#ended.delete(id);
    this.#ended.add(id);
    const [oldest] = this.#ended;
    if (this.#ended.size > MAX_ENDED && oldest !== undefined) this.#ended.delete(oldest);
  }

  /** Undefined for one that went meanwhile, or that journald has not begun. */
  async #open(at: string, path: string, fromStart: boolean): Promise<JournalFile | undefined> {
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
    const handle = await this.#files.looker.guarded(at, () => open(at, flags));
    try {
      const { size } = await handle.stat();
      if (size > 0) return new JournalFile(handle, path, fromStart);
    } catch (error) {
      await handle.close();
      throw error;
    }
    await handle.close();
    return undefined;
  }

  /** @returns whether there is more to read */
  #read(
    { file, path, isVolatile, sinceMs }: Followed,
    identifiers: readonly string[],
    errors: SourceError[],
  ): boolean {
    const { entries, errors: damages, isMore } = file.poll(identifiers);
    errors.push(...damages);
    let unread: { count: number; how: string } | undefined;
    for (const entry of entries) {
      if (entry.realtimeMs < sinceMs || this.#isFlushed(entry, isVolatile)) continue;
      const line = lineOf(entry);
      if (line !== undefined) this.#take(line, entry.identifier, entry.realtimeMs);
      else if (entry.unread !== undefined) unread = { count: (unread?.count ?? 0) + 1, how: entry.unread };
    }
    if (unread === undefined) return isMore;
    const { count, how } = unread;
    const message = `${path}: ${count} messages not read: Node ${process.versions.node} cannot undo ${how}`;
    errors.push(new SourceError('failed', path, message));
    return isMore;
  }

  /** Whether it was read in the volatile journal, before journald copied it (`journalctl --flush`, at boot). */
  #isFlushed({ key }: IdentifiedEntry, isVolatile: boolean): boolean {
    if (!isVolatile) return this.#volatileKeys.delete(key);
    this.#volatileKeys.add(key);
    const [oldest] = this.#volatileKeys;
    if (this.#volatileKeys.size > MAX_VOLATILE && oldest !== undefined) this.#volatileKeys.delete(oldest);
    return false;
  }
}

async function collect(errors: SourceError[], path: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (cause) {
    const error = sourceError(path, cause);
    // Renamed or removed since the folder was read.
    if (error.code !== 'absent') errors.push(error);
  }
}
