import { closeSync } from 'node:fs';
import { openFile, readOpen, readSmall } from '../kernel-file.ts';
import { descriptorBudget } from './own-limits.ts';

/** A file of a process that is read again and again. */
export interface KeptFile {
  readonly path: string;
  /** What errors call it. */
  readonly name: string;
  /** Undefined when no more may be kept open: the file is then opened for each reading. */
  descriptor: number | undefined;
}

/**
 * Files of processes that stay open between readings, as many as this process can afford: that costs half, and
 * what is read is never another process's that got the same pid.
 */
export class KeptFiles {
  private readonly procfs: string;
  private free: number | undefined;

  constructor(procfs: string) {
    this.procfs = procfs;
  }

  /** @throws {SourceError} */
  open(pid: number, file: string): KeptFile {
    const kept: KeptFile = {
      path: `${this.procfs}/${pid}/${file}`,
      name: `proc/${pid}/${file}`,
      descriptor: undefined,
    };
    this.free ??= descriptorBudget(this.procfs);
    if (this.free <= 0) return kept;
    kept.descriptor = openFile(kept.path, kept.name);
    this.free--;
    return kept;
  }

  /**
   * Reads the file into the buffer of kernel-file.ts.
   *
   * @returns how many bytes
   * @throws {SourceError}
   */
  read({ path, name, descriptor }: KeptFile): number {
    return descriptor === undefined ? readSmall(path, name).length : readOpen(descriptor, name);
  }

  close(file: KeptFile | undefined): void {
    if (file?.descriptor === undefined) return;
    closeSync(file.descriptor);
    file.descriptor = undefined;
    this.free = (this.free ?? 0) + 1;
  }
}
