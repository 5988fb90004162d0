import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ImageLock, imagesIn, LOCK_FILE, parseLock, pinned } from './lock.ts';

/** The files that name images of others, as paths below `root`. */
function filesWithImages(root: string): string[] {
  const manifests = readdirSync(join(root, 'manifests'), { recursive: true, encoding: 'utf8' });
  const candidates = ['Dockerfile', ...manifests.map((name) => join('manifests', name))];
  return candidates
    .filter((file) => /(^Dockerfile|\.yaml)$/.test(file) && file !== LOCK_FILE)
    .filter((file) => imagesIn(readFileSync(join(root, file), 'utf8')).length > 0)
    .sort();
}

export function readLock(root: string): ImageLock {
  return parseLock(readFileSync(join(root, LOCK_FILE), 'utf8'));
}

/** The files as they are with the digests that are known, by path below `root`. */
export function pinnedFiles(root: string, lock: ImageLock): Record<string, string> {
  const pin = (file: string) => pinned(readFileSync(join(root, file), 'utf8'), lock);
  return Object.fromEntries(filesWithImages(root).map((file) => [file, pin(file)]));
}

/** Writes the digests that are known wherever images are named. */
export function writePinned(root: string, lock: ImageLock): void {
  for (const [file, text] of Object.entries(pinnedFiles(root, lock))) writeFileSync(join(root, file), text);
}

/** The images of the file that nothing names any more. */
export function unusedImages(root: string, lock: ImageLock): string[] {
  const used = new Set(
    filesWithImages(root).flatMap((file) => imagesIn(readFileSync(join(root, file), 'utf8'))),
  );
  return [...lock.keys()].filter((image) => !used.has(image));
}
