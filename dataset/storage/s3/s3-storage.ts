import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { InputFile } from '../../files/input-file.ts';
import { type Places, placesOf } from '../../model/file-names.ts';
import { explained } from '../explained.ts';
import type { Storage } from '../storage.ts';
import { parseAddress } from './address.ts';
import { s3Client } from './client.ts';
import { ObjectStore } from './object-store.ts';
import { namedFiles, recover, unnamedFiles } from './recover.ts';
import type { S3Config } from './s3.ts';
import { type Before, S3Change, stagingFolder } from './s3-change.ts';
import { S3Lock } from './s3-lock.ts';

/** A dataset below a prefix of a bucket. */
export function s3Storage(output: string, config: S3Config): Storage {
  const address = parseAddress(output);
  const store = new ObjectStore(s3Client(config), address);

  /** What is there, tidied up. */
  async function prepared(places: Places): Promise<Before> {
    const files = await store.list();
    const named = await namedFiles(storage, files);
    await recover(storage, store, places, files, named);
    const manifest = await store.get(places.manifest);
    return { manifest: manifest === undefined ? 'absent' : { ifMatch: manifest.etag }, named };
  }

  const storage: Storage = {
    name: address.name,
    nameOf: (file) => store.nameOf(file),
    list: () => store.list(),
    read: async (file) => (await store.get(file))?.bytes,

    async open(named) {
      const folder = stagingFolder();
      const path = join(folder, 'copy');
      const remove = () => rmSync(folder, { recursive: true, force: true });
      try {
        await store.fetch(named, path);
        const file = new InputFile(path);
        const release = () => {
          file.close();
          remove();
        };
        return { file, release };
      } catch (error) {
        remove();
        throw explained(error, folder);
      }
    },

    async write(file, text) {
      await store.put(file, Buffer.from(text));
    },

    async isUnfinished() {
      const files = await store.list();
      const isLocked = files.includes(placesOf(undefined).lock);
      return isLocked && unnamedFiles(files, await namedFiles(storage, files)).length > 0;
    },

    async alone(places, task) {
      const lock = await S3Lock.take(store, address.name, places.lock);
      let change: S3Change | undefined;
      let result: Awaited<ReturnType<typeof task>>;
      try {
        change = new S3Change(store, address.name, lock, await prepared(places));
        result = await task(change);
      } catch (error) {
        // Why the run failed is what counts: a lock that stays is taken over.
        await lock.release().catch(() => undefined);
        throw explained(error, address.name);
      } finally {
        change?.end();
      }
      await lock.release();
      return result;
    },
  };
  return storage;
}
