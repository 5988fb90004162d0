import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

function sync(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Replaces a file as a whole: a reader, and whoever finds it after a crash or a power cut, sees the text before or the
 * text after, never a half. When it returns, the text has reached the disk.
 */
export function replaceDurably(path: string, text: string): void {
  const beside = `${path}.${process.pid}.tmp`;
  const fd = openSync(beside, 'w');
  try {
    try {
      const bytes = Buffer.from(text);
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  sync(dirname(path));
}
