import { closeSync, fstat, fstatSync, type Stats } from 'node:fs';
import { promisify } from 'node:util';
import { SourceError, sourceError } from '../base/errors.ts';
import { MountBook } from '../host/mount-book.ts';
import type { Device, HangGuard } from '../kernel/hang-guard.ts';
import { mountOf, pin, someMayWait } from '../kernel/pinned.ts';

const fstatLater = promisify(fstat);

/** Places that are held at a time. */
const BATCH = 32;

/** What a look brought that had to wait. */
interface Outcome {
  readonly stats?: Stats;
  readonly error?: SourceError;
}

interface Asked {
  /** The mount that it was asked of: the answer of another is none. */
  readonly mount: string | undefined;
  readonly last: Outcome | undefined;
  readonly underway: boolean;
}

/** Differs where a look would find something else. */
const textOf = ({ stats, error }: Outcome) => error?.code ?? `${stats?.dev} ${stats?.ino} ${stats?.nlink}`;

/** Looks at a link of a process's folder: what is at its end, undefined when it has none. Throws {@link SourceError}. */
export type StatLink = (procFolder: string, link: 'exe' | 'root', name: string) => Stats | undefined;

/** What {@link statLocal} finds where it may not look. */
export const MAY_WAIT = Symbol('a filesystem that may not answer');

/** A place that a process has, and on what it lies; the descriptor is the caller's to close. */
function pinnedWith(link: string, procFolder: string, mounts: MountBook) {
  const descriptor = pin(link);
  try {
    if (!someMayWait()) return { descriptor, mount: undefined, device: undefined };
    const mount = mountOf(descriptor);
    const device = mounts.deviceOf(mount, procFolder);
    return { descriptor, mount, device: device.isLocal ? undefined : device };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** What lies at the end of a link of a process's folder, unless its filesystem may wait for a server. */
export function statLocal(
  procFolder: string,
  link: 'exe' | 'root',
  mounts: MountBook,
): Stats | typeof MAY_WAIT {
  const { descriptor, device } = pinnedWith(`${procFolder}/${link}`, procFolder, mounts);
  try {
    return device === undefined ? fstatSync(descriptor) : MAY_WAIT;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * fstat(2) of what processes have, for which nobody waits: a pod can run a program from a filesystem whose server it stops.
 *
 * What lies on this machine is looked at directly. Of the rest a look gives what the last one brought and asks again, in
 * libuv's pool and under guard.
 */
export class CarefulStat {
  readonly #guard: HangGuard;
  readonly #mounts = new MountBook();
  readonly #asked = new Map<string, Asked>();
  readonly #news = new Set<string>();
  /** Executables that were looked at in advance. */
  readonly #prepared = new Map<string, Stats>();

  constructor(guard: HangGuard) {
    this.#guard = guard;
  }

  /** Forgets what may have changed since the last pass; the folders of processes of which more is known since. */
  beginPass(): string[] {
    this.#mounts.forget();
    this.#prepared.clear();
    const news = [...this.#news];
    this.#news.clear();
    return news;
  }

  /** Looks at executables of which {@link stat} will be asked next, more cheaply: one question for many of them tells that nobody waits. */
  prepare(procFolders: readonly string[]): void {
    this.#prepared.clear();
    for (let i = 0; i < procFolders.length; i += BATCH) this.#prepareBatch(procFolders.slice(i, i + BATCH));
  }

  #prepareBatch(procFolders: readonly string[]): void {
    const pinned = new Map<string, number>();
    try {
      for (const folder of procFolders) {
        try {
          pinned.set(folder, pin(`${folder}/exe`));
        } catch {
          // Gone, or not ours to see: who asks for it is told so.
        }
      }
      if (someMayWait()) return;
      for (const [folder, descriptor] of pinned) this.#prepared.set(folder, fstatSync(descriptor));
    } finally {
      for (const descriptor of pinned.values()) closeSync(descriptor);
    }
  }

  /** As {@link StatLink}: `absent` while the first answer is on its way, `failed` when there is none. */
  readonly stat: StatLink = (procFolder, link, name) => {
    const path = `${name}/${link}`;
    const prepared = link === 'exe' ? this.#prepared.get(procFolder) : undefined;
    if (prepared !== undefined) {
      this.#prepared.delete(procFolder);
      return prepared;
    }
    try {
      const { descriptor, mount, device } = pinnedWith(`${procFolder}/${link}`, procFolder, this.#mounts);
      if (device !== undefined) return this.#later({ procFolder, link, path, descriptor, mount, device });
      this.#asked.delete(`${procFolder}/${link}`);
      try {
        return fstatSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw sourceError(path, error);
    }
  };

  /** Forgets a process. */
  drop(procFolder: string): void {
    this.#news.delete(procFolder);
    this.#asked.delete(`${procFolder}/exe`);
    this.#asked.delete(`${procFolder}/root`);
  }

  #later(look: Look): Stats | undefined {
    const { procFolder, link, path, mount } = look;
    const key = `${procFolder}/${link}`;
    const known = this.#asked.get(key);
    const last = known?.mount === mount ? known?.last : undefined;
    if (known?.underway === true && known.mount === mount) closeSync(look.descriptor);
    else {
      const asked = { mount, last, underway: true };
      this.#asked.set(key, asked);
      void this.#ask(look).then((outcome) => {
        if (this.#asked.get(key) !== asked) return;
        this.#asked.set(key, { mount, last: outcome, underway: false });
        if (last === undefined || textOf(last) !== textOf(outcome)) this.#news.add(procFolder);
      });
    }
    if (last === undefined) throw new SourceError('absent', path, `${path}: not known yet`);
    if (last.error !== undefined) throw last.error;
    return last.stats;
  }

  async #ask({ path, descriptor, device }: Look): Promise<Outcome> {
    let isTaken = false;
    const call = async () => {
      isTaken = true;
      try {
        return await fstatLater(descriptor);
      } finally {
        closeSync(descriptor);
      }
    };
    try {
      return { stats: await this.#guard.run(path, call, device) };
    } catch (error) {
      if (!isTaken) closeSync(descriptor);
      return { error: sourceError(path, error) };
    }
  }
}

interface Look {
  readonly procFolder: string;
  readonly link: 'exe' | 'root';
  /** What errors call it. */
  readonly path: string;
  /** Closed when it was looked at. */
  readonly descriptor: number;
  readonly mount: string | undefined;
  readonly device: Device;
}
