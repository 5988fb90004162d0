/** The few requests that a dataset needs of an S3-compatible store. */
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { BuilderError } from '../../../common/errors.ts';
import { FORMATS } from '../../formats/registry.ts';
import { checkBytes, MOST_SMALL_BYTES, type Named } from '../storage.ts';
import type { Address } from './address.ts';
import { explainedS3, isConflict, isNotThere, isRefusedCondition } from './errors.ts';

/** What must hold for a put to happen: that the object still is the one with this ETag, or that there is none. */
export type Condition = { readonly ifMatch: string } | 'absent';

/** An object with its identity and age. */
export interface Found {
  readonly bytes: Buffer;
  readonly etag: string;
  /** When it was last put, and what time it is, both by the store's clock. */
  readonly putMs: number;
  readonly nowMs: number;
}

/** Bytes put by one request; larger files go in parts of so many. Stores refuse smaller parts than 5 MiB. */
const PART_BYTES = 33_554_432;
const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 200;

function conditionHeaders(condition: Condition | undefined) {
  if (condition === undefined) return {};
  return condition === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: condition.ifMatch };
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  md: 'text/markdown; charset=utf-8',
  html: 'text/html; charset=utf-8',
  ...Object.fromEntries(Object.values(FORMATS).map(({ name, contentType: type }) => [name, type])),
};

function contentType(file: string): string {
  return CONTENT_TYPES[file.slice(file.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
}

/** Runs a task again that the library does not: with pauses that double, as long as `isPassing` says so. */
async function again<T>(task: () => Promise<T>, isPassing: (error: unknown) => boolean): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await task();
    } catch (error) {
      if (tried === ATTEMPTS || !isPassing(error)) throw error;
      await sleep(FIRST_PAUSE_MS * 2 ** tried);
    }
  }
}

/** A body broke off, which the library has handed over already. */
class BrokenBody extends Error {}

/** Objects below the prefix; files are named relative to it. */
export class ObjectStore {
  readonly #client: S3Client;
  readonly #address: Address;
  readonly #partBytes: number;
  /** How far the store's clock is ahead of ours. */
  #aheadMs = 0;

  constructor(client: S3Client, address: Address, partBytes = PART_BYTES) {
    this.#client = client;
    this.#address = address;
    this.#partBytes = partBytes;
    client.middlewareStack.add(
      (next) => async (request) => {
        const result = await next(request);
        const date = (result.response as { headers?: Record<string, string> }).headers?.['date'];
        const serverMs = Date.parse(date ?? '');
        if (Number.isFinite(serverMs)) this.#aheadMs = serverMs - Date.now();
        return result;
      },
      { step: 'deserialize', name: 'storeClock' },
    );
  }

  /** How messages name a file. */
  nameOf(file: string): string {
    return `${this.#address.name}/${file}`;
  }

  #key(file: string) {
    return { Bucket: this.#address.bucket, Key: `${this.#address.prefix}${file}` };
  }

  #explained(error: unknown, file: string): unknown {
    return explainedS3(error, this.nameOf(file), this.#address.bucket);
  }

  /** All files, sorted. */
  async list(): Promise<string[]> {
    const { bucket, prefix, name } = this.#address;
    const files: string[] = [];
    try {
      const pages = paginateListObjectsV2({ client: this.#client }, { Bucket: bucket, Prefix: prefix });
      for await (const { Contents = [] } of pages) {
        for (const { Key = '' } of Contents) files.push(Key.slice(prefix.length));
      }
    } catch (error) {
      throw explainedS3(error, name, bucket);
    }
    // An empty object of the prefix's own name is how some programs make a folder.
    return files.filter((file) => file !== '' && !file.endsWith('/')).sort();
  }

  async #download<T>(
    file: string,
    read: (body: Readable, answer: GetObjectCommandOutput) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await again(
        async () => {
          const answer = await this.#client.send(new GetObjectCommand(this.#key(file)));
          try {
            return await read(answer.Body as Readable, answer);
          } catch (error) {
            if (error instanceof BuilderError) throw error;
            throw new BrokenBody('the object does not come to its end', { cause: error });
          }
        },
        (error) => error instanceof BrokenBody,
      );
    } catch (error) {
      if (isNotThere(error)) return undefined;
      throw this.#explained(error, file);
    }
  }

  /**
   * A small object; undefined when it is not there.
   *
   * @throws {BuilderError} `damaged` when it is larger than what is read as a whole
   */
  get(file: string): Promise<Found | undefined> {
    return this.#download(file, async (body, { ETag = '', LastModified, ContentLength }) => ({
      bytes: await this.#whole(file, body, ContentLength ?? 0),
      etag: ETag,
      putMs: LastModified?.getTime() ?? Number.NaN,
      nowMs: Date.now() + this.#aheadMs,
    }));
  }

  /** What others put in our place may be of any size. */
  async #whole(file: string, body: Readable, announced: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let bytes = announced > MOST_SMALL_BYTES ? announced : 0;
    if (bytes === 0) {
      for await (const part of body) {
        bytes += part.length;
        if (bytes > MOST_SMALL_BYTES) break;
        parts.push(part);
      }
    }
    if (bytes <= MOST_SMALL_BYTES) return Buffer.concat(parts);
    body.destroy();
    throw new BuilderError(
      'damaged',
      `${this.nameOf(file)} has more than the ${MOST_SMALL_BYTES} bytes that are read`,
    );
  }

  /**
   * Fetches a data file.
   *
   * @throws {BuilderError} `damaged` when it is not there
   * @throws {Error} when it has another size than the manifest says; it is not fetched then
   */
  async fetch(file: Named, path: string): Promise<void> {
    const found = await this.#download(file.path, async (body, { ContentLength }) => {
      if (ContentLength !== undefined && ContentLength !== file.bytes) {
        body.destroy();
        return ContentLength;
      }
      await pipeline(body, createWriteStream(path));
      return file.bytes;
    });
    if (found === undefined) throw new BuilderError('damaged', `${this.nameOf(file.path)} is missing`);
    checkBytes(found, file);
  }

  /**
   * Puts a small object.
   *
   * @returns its ETag; undefined when the condition does not hold
   */
  async put(file: string, bytes: Buffer, condition?: Condition): Promise<string | undefined> {
    const command = () =>
      new PutObjectCommand({
        ...this.#key(file),
        Body: bytes,
        ContentType: contentType(file),
        ...conditionHeaders(condition),
      });
    try {
      const { ETag = '' } = await again(() => this.#client.send(command()), isConflict);
      return ETag;
    } catch (error) {
      if (condition !== undefined && isRefusedCondition(error)) return undefined;
      throw this.#explained(error, file);
    }
  }

  /** Puts a file of any size. */
  async upload(file: string, path: string): Promise<void> {
    const { size } = await stat(path);
    const read = async (start: number): Promise<Buffer> => {
      const end = start + this.#partBytes - 1;
      return Buffer.concat(await createReadStream(path, { start, end }).toArray());
    };
    if (size <= this.#partBytes) await this.put(file, await read(0));
    else await this.#uploadParts(file, size, read);
  }

  async #uploadParts(file: string, size: number, read: (at: number) => Promise<Buffer>): Promise<void> {
    const key = this.#key(file);
    let UploadId: string | undefined;
    try {
      const begun = await this.#client.send(
        new CreateMultipartUploadCommand({ ...key, ContentType: contentType(file) }),
      );
      UploadId = begun.UploadId;
      const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
      for (let at = 0; at < size; at += this.#partBytes) {
        const PartNumber = Parts.length + 1;
        const part = { ...key, UploadId, PartNumber, Body: await read(at) };
        const { ETag } = await this.#client.send(new UploadPartCommand(part));
        Parts.push({ PartNumber, ETag });
      }
      await this.#client.send(
        new CompleteMultipartUploadCommand({ ...key, UploadId, MultipartUpload: { Parts } }),
      );
    } catch (error) {
      if (UploadId !== undefined) {
        // What failed is what counts; parts that stay are for the bucket's lifecycle rule.
        await this.#client.send(new AbortMultipartUploadCommand({ ...key, UploadId })).catch(() => undefined);
      }
      throw this.#explained(error, file);
    }
  }

  /** Removes an object, if it is there. */
  async remove(file: string): Promise<void> {
    try {
      await this.#client.send(new DeleteObjectCommand(this.#key(file)));
    } catch (error) {
      if (!isNotThere(error)) throw this.#explained(error, file);
    }
  }
}
