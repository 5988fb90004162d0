import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { systemCode } from '../../../common/errors.ts';
import { OutputFile } from '../../files/output-file.ts';

/** What changes a dataset's folder; every call has reached the disk when it returns. */
export interface Disk {
  writeText(path: string, text: string): void;
  rename(from: string, to: string): void;
  /** Removes a file, if it is there. */
  remove(path: string): void;
  /** @returns the uppermost folder that was not there before */
  makeFolder(path: string): string | undefined;
  /** Removes a folder, unless something is in it. */
  removeFolder(path: string): void;
  /** Makes sure that the names in a folder survive a power cut. */
  syncFolder(path: string): void;
}

const STAYS = ['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EBUSY'];

export const localDisk: Disk = {
  writeText(path, text) {
    const file = new OutputFile(path);
    try {
      file.append(Buffer.from(text));
      file.close();
    } catch (error) {
      file.abandon();
      throw error;
    }
  },
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
  makeFolder: (path) => mkdirSync(path, { recursive: true }),
  removeFolder(path) {
    try {
      rmdirSync(path);
    } catch (error) {
      if (!STAYS.includes(systemCode(error) ?? '')) throw error;
    }
  },
  syncFolder(path) {
    const fd = openSync(path, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  },
};
