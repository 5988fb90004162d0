import type { S3Config } from '../../builder/config/schema.ts';
import type { Disk } from './local/disk.ts';
import { localStorage } from './local/local-storage.ts';
import type { Storage } from './storage.ts';

const S3 = 's3://';

/** Whether an output is in a bucket rather than in a folder. */
export function isS3(output: string): boolean {
  return output.startsWith(S3);
}

/**
 * Where a dataset is, or is to be.
 *
 * @param output a folder, or `s3://bucket/prefix`
 * @param disk how a folder is changed
 * @throws {BuilderError} `config` for an address that is none
 */
export async function openStorage(output: string, s3: S3Config = {}, disk?: Disk): Promise<Storage> {
  if (!isS3(output)) return localStorage(output, disk);
  // The library takes 23 MB of memory and an eighth of a second, which only those pay who use it.
  const { s3Storage } = await import('./s3/s3-storage.ts');
  return s3Storage(output, s3);
}
