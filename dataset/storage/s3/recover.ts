import { metadataOf } from '../../metadata/metadata.ts';
import { dataFile, isByContent, isShardManifest, MANIFEST, type Places } from '../../model/file-names.ts';
import { readManifest } from '../read-manifest.ts';
import type { Storage } from '../storage.ts';
import type { ObjectStore } from './object-store.ts';

const SHARD_LOCK = /^\.lock-(\d+)-of-\d+$/;

/** Data files that any manifest names: the whole dataset's, or those of its shards. */
export async function namedFiles(storage: Storage, files: readonly string[]): Promise<Set<string>> {
  const named = new Set<string>();
  for (const file of files.filter((each) => each === MANIFEST || isShardManifest(each))) {
    const manifest = await readManifest(storage, file);
    for (const { path } of [...(manifest?.files ?? []), ...(manifest?.evidence ? [manifest.evidence] : [])])
      named.add(path);
  }
  return named;
}

/** Data files that no manifest names: of a run that goes on, or of one that was killed. */
export function unnamedFiles(files: readonly string[], named: ReadonlySet<string>): string[] {
  return files.filter((file) => isByContent(file) && !named.has(file));
}

/**
 * Clears away what a run that was killed left in a bucket, and finishes what comes after a manifest's put. The lock
 * must be held.
 */
export async function recover(
  storage: Storage,
  store: ObjectStore,
  { part, shared }: Places,
  files: readonly string[],
  named: ReadonlySet<string>,
): Promise<void> {
  // Shards that go on have data files that no manifest names yet.
  const busy = files.flatMap((file) => SHARD_LOCK.exec(file)?.[1] ?? []).map(Number);
  const isOurs = (file: string) => {
    // Only whole datasets have events, which are joined by one run.
    const of = dataFile(file)?.part ?? 0;
    return shared ? of === part : !busy.includes(of);
  };
  for (const file of unnamedFiles(files, named).filter(isOurs)) await store.remove(file);
  if (shared || !files.includes(MANIFEST)) return;
  const manifest = await readManifest(storage);
  if (manifest === undefined) return;
  for (const { path, text } of metadataOf(manifest)) {
    const bytes = Buffer.from(text);
    if ((await storage.read(path))?.equals(bytes) !== true) await store.put(path, bytes);
  }
  // Merged: the manifest of the whole has taken the place of theirs.
  for (const file of files.filter(isShardManifest)) await store.remove(file);
}
