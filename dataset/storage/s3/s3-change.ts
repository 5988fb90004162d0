import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentPath } from '../../model/file-names.ts';
import { takenOver } from '../owner.ts';
import type { Change, Text } from '../storage.ts';
import type { Condition, ObjectStore } from './object-store.ts';
import type { S3Lock } from './s3-lock.ts';

/** A folder of this machine for files on their way to or from a bucket. */
export function stagingFolder(): string {
  return mkdtempSync(join(tmpdir(), 'kubevigil-builder-'));
}

/** What a dataset in a bucket is before it is changed. */
export interface Before {
  /** Under which condition the manifest may be put: that it is the one on which the change is based. */
  readonly manifest: Condition;
  /** Data files that a manifest names. */
  readonly named: ReadonlySet<string>;
}

/**
 * Nothing in a bucket can be renamed, nor several objects be put at once. So that nobody sees a half state, data files
 * have names that follow from their contents, and none is ever written over: whoever follows the manifest reads the
 * files of the old one until the put of the new one, which is the commit. What it replaces is removed after that.
 */
export class S3Change implements Change {
  readonly #store: ObjectStore;
  readonly #where: string;
  readonly #lock: S3Lock;
  readonly #before: Before;
  readonly #uploaded = new Set<string>();
  readonly #staging = stagingFolder();

  constructor(store: ObjectStore, where: string, lock: S3Lock, before: Before) {
    this.#store = store;
    this.#where = where;
    this.#lock = lock;
    this.#before = before;
  }

  draft(file: string): string {
    return join(this.#staging, file.replaceAll('/', '_'));
  }

  async take(file: string, sha256: string): Promise<string> {
    const path = contentPath(file, sha256);
    const draft = this.draft(file);
    // What a manifest names must not go when this change is discarded.
    if (!this.#before.named.has(path)) this.#uploaded.add(path);
    await this.#store.upload(path, draft);
    rmSync(draft);
    return path;
  }

  async commit(texts: readonly Text[], remove: readonly string[]): Promise<void> {
    const manifest = texts.at(-1);
    if (manifest === undefined) return;
    await this.#lock.confirm();
    await this.#putManifest(manifest);
    this.#uploaded.clear();
    for (const { path, text } of texts.slice(0, -1)) await this.#store.put(path, Buffer.from(text));
    for (const path of remove) await this.#store.remove(path);
  }

  async #putManifest({ path, text }: Text): Promise<void> {
    const bytes = Buffer.from(text);
    if ((await this.#store.put(path, bytes, this.#before.manifest)) !== undefined) return;
    // The answer to our own put may have been lost on its way, and the library has put again.
    const found = await this.#store.get(path);
    if (found === undefined || !found.bytes.equals(bytes)) throw takenOver(this.#where);
  }

  async discard(): Promise<void> {
    for (const path of this.#uploaded) await this.#store.remove(path);
    this.#uploaded.clear();
  }

  /** Removes what this machine holds of it. */
  end(): void {
    rmSync(this.#staging, { recursive: true, force: true });
  }
}
