/**
 * A small S3-compatible store in memory that speaks the real wire format: signatures (SigV4) are verified, conditions
 * heeded, listings paged, errors XML. For what no real store can be brought to do on demand, requests can be disturbed.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/Type_API_Reference.html
 */
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkSignature, REGION, S3_KEY, S3Error } from './s3-signature.ts';

/** One request, after its signature was found right. */
export interface S3Request {
  readonly method: string;
  /** The object's key; empty for the bucket itself. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

/**
 * What happens to a request instead of its being answered: `reset` breaks the connection before anything is done,
 * `lost` after it was done, `half` in the middle of the answer, a number is an error status.
 */
export type Disturbance = 'reset' | 'lost' | 'half' | 503 | 501 | 409;

export interface S3ServerOptions {
  readonly bucket?: string;
  /** Objects a page of a listing has. */
  readonly pageSize?: number;
  /** Conditions that are not looked at, as by stores that do not know them. */
  readonly ignores?: readonly ('if-match' | 'if-none-match')[];
  /** Asked at every request. */
  readonly disturb?: (request: S3Request) => Promise<Disturbance | undefined> | Disturbance | undefined;
}

interface StoredObject {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly modifiedMs: number;
}

export interface S3Server {
  readonly url: string;
  readonly objects: Map<string, StoredObject>;
  /** Parts of uploads that were neither completed nor aborted. */
  readonly uploads: ReadonlyMap<string, unknown>;
  disturb: S3ServerOptions['disturb'];
  /** What a program's environment must have to reach it. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const REASONS: Readonly<Record<number, string>> = {
  409: 'ConditionalRequestConflict',
  501: 'NotImplemented',
  503: 'SlowDown',
};

function escaped(text: string): string {
  return text.replace(/[<>&"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

function xml(root: string, inner: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</${root}>`;
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

/** Starts the store with one empty bucket on loopback. */
export async function startS3(options: S3ServerOptions = {}): Promise<S3Server> {
  const { bucket = 'datasets', pageSize = 3, ignores = [] } = options;
  const objects = new Map<string, StoredObject>();
  const uploads = new Map<string, Map<number, Buffer>>();
  let lastMs = 0;

  function checkConditions({ headers, key }: S3Request): void {
    const there = objects.get(key);
    const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
    if (ifMatch !== undefined && !ignores.includes('if-match')) {
      if (there === undefined) throw new S3Error(404, 'NoSuchKey', 'The specified key does not exist.');
      if (there.etag !== ifMatch) throw preconditionFailed();
    }
    if (ifNoneMatch !== undefined && !ignores.includes('if-none-match') && there !== undefined)
      throw preconditionFailed();
  }

  function store(key: string, bytes: Buffer, etag = etagOf(bytes)): Answer {
    lastMs = Math.max(Date.now(), lastMs);
    objects.set(key, { bytes, etag, modifiedMs: lastMs });
    return { headers: { ETag: etag } };
  }

  function list({ query }: S3Request): Answer {
    if (query.get('list-type') !== '2') throw new S3Error(501, 'NotImplemented', 'only ListObjectsV2');
    const prefix = query.get('prefix') ?? '';
    const after = query.get('continuation-token') ?? '';
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    const rest = keys.filter((key) => key > after);
    const page = rest.slice(0, pageSize);
    const contents = page.map((key) => {
      const { bytes, etag, modifiedMs } = objects.get(key) as StoredObject;
      const modified = new Date(modifiedMs).toISOString();
      return `<Contents><Key>${escaped(key)}</Key><LastModified>${modified}</LastModified><ETag>${escaped(etag)}</ETag><Size>${bytes.length}</Size></Contents>`;
    });
    const isTruncated = rest.length > page.length;
    const next = isTruncated
      ? `<NextContinuationToken>${escaped(page.at(-1) ?? '')}</NextContinuationToken>`
      : '';
    return {
      body: xml(
        'ListBucketResult',
        `<Name>${bucket}</Name><Prefix>${escaped(prefix)}</Prefix><KeyCount>${page.length}</KeyCount><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join('')}`,
      ),
    };
  }

  function put(request: S3Request, body: Buffer): Answer {
    const { key, query } = request;
    const uploadId = query.get('uploadId');
    if (uploadId === null) {
      checkConditions(request);
      return store(key, body);
    }
    const parts = uploads.get(uploadId);
    if (parts === undefined) throw new S3Error(404, 'NoSuchUpload', 'The specified upload does not exist.');
    parts.set(Number(query.get('partNumber')), body);
    return { headers: { ETag: etagOf(body) } };
  }

  function post({ key, query }: S3Request, body: Buffer): Answer {
    if (query.has('uploads')) {
      const id = randomUUID();
      uploads.set(id, new Map());
      return {
        body: xml(
          'InitiateMultipartUploadResult',
          `<Bucket>${bucket}</Bucket><Key>${escaped(key)}</Key><UploadId>${id}</UploadId>`,
        ),
      };
    }
    const id = query.get('uploadId') ?? '';
    const parts = uploads.get(id);
    if (parts === undefined) throw new S3Error(404, 'NoSuchUpload', 'The specified upload does not exist.');
    const named = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map((m) => Number(m[1]));
    const pieces = named.map((number) => parts.get(number));
    if (pieces.some((piece) => piece === undefined))
      throw new S3Error(400, 'InvalidPart', 'One or more of the specified parts could not be found.');
    uploads.delete(id);
    const bytes = Buffer.concat(pieces as Buffer[]);
    const etag = `"${createHash('md5').update(bytes).digest('hex')}-${named.length}"`;
    store(key, bytes, etag);
    return {
      body: xml(
        'CompleteMultipartUploadResult',
        `<Bucket>${bucket}</Bucket><Key>${escaped(key)}</Key><ETag>${escaped(etag)}</ETag>`,
      ),
    };
  }

  function get({ key }: S3Request): Answer {
    const found = objects.get(key);
    if (found === undefined) throw new S3Error(404, 'NoSuchKey', 'The specified key does not exist.');
    const { bytes, etag, modifiedMs } = found;
    return { headers: { ETag: etag, 'Last-Modified': new Date(modifiedMs).toUTCString() }, body: bytes };
  }

  function remove({ key, query }: S3Request): Answer {
    const id = query.get('uploadId');
    if (id === null) objects.delete(key);
    else uploads.delete(id);
    return { status: 204 };
  }

  function answer(request: S3Request, body: Buffer): Answer {
    const { method, key } = request;
    if (method === 'GET') return key === '' ? list(request) : get(request);
    if (method === 'PUT') return put(request, body);
    if (method === 'POST') return post(request, body);
    if (method === 'DELETE') return remove(request);
    throw new S3Error(405, 'MethodNotAllowed', 'The specified method is not allowed.');
  }

  function send(response: ServerResponse, { status = 200, headers, body = '' }: Answer, half: boolean): void {
    const bytes = Buffer.from(body);
    response.writeHead(status, { 'Content-Length': bytes.length, ...headers });
    if (!half) return void response.end(bytes);
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
  }

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(message.url ?? '', 'http://store');
    let half = false;
    let result: Answer;
    try {
      const body = Buffer.concat(await message.toArray());
      checkSignature(message, url, body);
      const [, named, ...path] = decodeURIComponent(url.pathname).split('/');
      if (named !== bucket) throw new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist');
      const { method = '', headers } = message;
      const request = { method, key: path.join('/'), query: url.searchParams, headers };
      const disturbance = await server.disturb?.(request);
      if (disturbance === 'reset') return void response.destroy();
      if (typeof disturbance === 'number')
        throw new S3Error(disturbance, REASONS[disturbance] ?? '', 'Disturbed.');
      result = answer(request, body);
      if (disturbance === 'lost') return void response.destroy();
      half = disturbance === 'half';
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      const { status, code, message: text } = error;
      const body = xml('Error', `<Code>${code}</Code><Message>${escaped(text)}</Message>`);
      result = { status, headers: { 'Content-Type': 'application/xml' }, body };
    }
    send(response, result, half);
  }

  const http = createServer((message, response) => {
    // A client that is killed while it sends is no trouble of ours.
    handle(message, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const server: S3Server = {
    url,
    objects,
    uploads,
    disturb: options.disturb,
    env: {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: S3_KEY.accessKeyId,
      AWS_SECRET_ACCESS_KEY: S3_KEY.secretAccessKey,
    },
    async close() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
  return server;
}

function preconditionFailed(): S3Error {
  return new S3Error(
    412,
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
  );
}
