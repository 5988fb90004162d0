import { closeSync } from 'node:fs';
import { descriptorBudget } from './descriptor-budget.ts';
import { openFile, readOpen, withFile } from './kernel-file.ts';

/** A file that is read again and again. */
export interface KeptFile {
  readonly path: string;
  /** What errors call it. */
  readonly name: string;
  /** Undefined when no more may be kept open: the file is then opened for each reading. */
  descriptor: number | undefined;
}

/**
 * Files that stay open between readings, as many as this process can afford: that costs half. What is read of a
 * process is never another's that got the same pid, and what is read of a removed cgroup is an error.
 */
export class KeptFiles {
  private readonly procfs: string;
  private free: number | undefined;

  /** @param procfs where this process's own limits are to be read */
  constructor(procfs: string) {
    this.procfs = procfs;
  }

  /**
   * @param path where it is seen from here
   * @param name what errors call it
   * @throws {SourceError}
   */
  open(path: string, name: string): KeptFile {
    const kept: KeptFile = { path, name, descriptor: undefined };
    this.free ??= descriptorBudget(this.procfs);
    if (this.free <= 0) return kept;
    kept.descriptor = openFile(path, name);
    this.free--;
    return kept;
  }

  /**
   * Reads the file, which must be one record of the kernel's.
   *
   * @param into receives the bytes
   * @returns how many bytes
   * @throws {SourceError}
   */
  read({ path, name, descriptor }: KeptFile, into: Buffer): number {
    if (descriptor !== undefined) return readOpen(descriptor, name, into);
    return withFile(path, name, (opened) => readOpen(opened, name, into));
  }

  close(file: KeptFile | undefined): void {
    if (file?.descriptor === undefined) return;
    closeSync(file.descriptor);
    file.descriptor = undefined;
    this.free = (this.free ?? 0) + 1;
  }
}
