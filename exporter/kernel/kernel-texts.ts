import { fstatSync, statfsSync } from 'node:fs';
import type { KeptFile, KeptFiles } from './kept-files.ts';
import { readOpen, readOpenText, smallFileBuffer, withFile } from './kernel-file.ts';
import { MountWatch } from './mount-watch.ts';

/** PROC_SUPER_MAGIC, SYSFS_MAGIC, CGROUP_SUPER_MAGIC and CGROUP2_SUPER_MAGIC of include/uapi/linux/magic.h. */
const KERNEL_FILESYSTEMS: ReadonlySet<number> = new Set([0x9fa0, 0x62656572, 0x27e0eb, 0x63677270]);

/** A file that nobody read in so many passes is closed: its cgroup or device is gone, or nobody asks any more. */
const UNREAD_PASSES = 4;

interface Kept extends KeptFile {
  readIn: number;
}

type ReadOpen = (descriptor: number, name: string) => string;

/**
 * Reads files of the kernel's, and keeps them open for the next scrape.
 *
 * Only what lies on procfs, sysfs or a cgroup filesystem is kept: such a file is made anew by the kernel at each
 * reading, an error when what it was about is gone, and never replaced by another under the same name but by a mount,
 * at which all are opened again.
 */
export class KernelTexts {
  readonly #files: KeptFiles;
  readonly #mounts: MountWatch;
  readonly #kept = new Map<string, Kept>();
  /** Whether files of a device number are the kernel's. */
  readonly #devices = new Map<number, boolean>();
  readonly #buffer = smallFileBuffer();
  readonly #readPiece: ReadOpen = (descriptor, name) =>
    this.#buffer.toString('latin1', 0, readOpen(descriptor, name, this.#buffer));
  #pass = 0;

  /** @param procfs where this process's own mounts are to be read */
  constructor(procfs: string, files: KeptFiles) {
    this.#mounts = new MountWatch(procfs);
    this.#files = files;
  }

  /** Before the readings of a scrape: closes what is not to be read again. */
  beginPass(): void {
    this.#pass++;
    if (this.#mounts.changed()) this.close();
    for (const file of this.#kept.values()) {
      if (file.readIn < this.#pass - UNREAD_PASSES) this.#drop(file);
    }
  }

  /** Closes everything. */
  close(): void {
    for (const file of this.#kept.values()) this.#drop(file);
    this.#devices.clear();
  }

  /**
   * A text of any length.
   *
   * @param path where it is seen from here
   * @param name what errors call it
   * @throws {SourceError}
   */
  text(path: string, name: string): string {
    return this.#read(path, name, readOpenText);
  }

  /**
   * A text that the kernel makes in one piece, as it does for a file of one cgroup: at half the price. Latin-1.
   *
   * @param path where it is seen from here
   * @param name what errors call it
   * @returns at most 64 KiB
   * @throws {SourceError}
   */
  piece(path: string, name: string): string {
    return this.#read(path, name, this.#readPiece);
  }

  #read(path: string, name: string, read: ReadOpen): string {
    const kept = this.#kept.get(path);
    if (kept?.descriptor !== undefined) {
      try {
        kept.readIn = this.#pass;
        return read(kept.descriptor, name);
      } catch {
        // What it was about is gone; another may have its name by now, and if none has, opening it says so.
        this.#drop(kept);
      }
    }
    return this.#readFirst(path, name, read);
  }

  #readFirst(path: string, name: string, read: ReadOpen): string {
    const file: Kept = { ...this.#files.open(path, name), readIn: this.#pass };
    const { descriptor } = file;
    if (descriptor === undefined) return withFile(path, name, read);
    try {
      const text = read(descriptor, name);
      if (this.#isOfKernel(path, descriptor)) this.#kept.set(path, file);
      return text;
    } finally {
      if (this.#kept.get(path) !== file) this.#files.close(file);
    }
  }

  #isOfKernel(path: string, descriptor: number): boolean {
    const { dev } = fstatSync(descriptor);
    const known = this.#devices.get(dev);
    if (known !== undefined) return known;
    const found = KERNEL_FILESYSTEMS.has(statfsSync(path).type);
    this.#devices.set(dev, found);
    return found;
  }

  #drop(file: Kept): void {
    this.#files.close(file);
    this.#kept.delete(file.path);
  }
}
