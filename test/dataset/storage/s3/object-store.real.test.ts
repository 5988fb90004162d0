import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { BuilderError } from '../../../../common/errors.ts';
import { parseAddress } from '../../../../dataset/storage/s3/address.ts';
import { s3Client } from '../../../../dataset/storage/s3/client.ts';
import { ObjectStore } from '../../../../dataset/storage/s3/object-store.ts';
import { MOST_SMALL_BYTES } from '../../../../dataset/storage/storage.ts';
import { s3ForTests } from '../../../builder/support/s3.ts';
import type { Disturbance, S3Request } from '../../../support/s3-server.ts';
import { temporaryPaths } from '../../../support/temporary.ts';

const MEBIBYTE = 1_048_576;

describe('dataset/storage/s3/object-store', () => {
  const path = temporaryPaths();
  const s3 = s3ForTests();

  afterEach(() => {
    s3().disturb = undefined;
    s3().objects.clear();
  });

  function storeAt(address: string, partBytes?: number): ObjectStore {
    return new ObjectStore(s3Client({}), parseAddress(address), partBytes);
  }

  async function refusal(promise: Promise<unknown>): Promise<string> {
    const error = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(BuilderError).with.property('exitCode', 2);
    const { message } = error as BuilderError;
    expect(message).not.to.include('\n');
    return message;
  }

  /** Disturbs the first requests that fit. */
  function disturbing(disturbance: Disturbance, times: number, fits: (request: S3Request) => boolean) {
    let left = times;
    s3().disturb = (request) => (fits(request) && left-- > 0 ? disturbance : undefined);
    return () => left <= 0;
  }

  it('lists all pages of what is below the prefix, and nothing beside it', async () => {
    const store = storeAt('s3://datasets/a b/ünï');
    const names = ['data/x+y&z.csv', ...Array.from({ length: 7 }, (_, i) => `f${i}`)];
    for (const name of names) await store.put(name, Buffer.from(name));
    await storeAt('s3://datasets/a b/ünï-other').put('other', Buffer.from('other'));
    s3().objects.set('a b/ünï/', { bytes: Buffer.alloc(0), etag: '""', modifiedMs: 0 });
    expect(await store.list()).to.deep.equal([...names].sort());
    expect((await store.get('data/x+y&z.csv'))?.bytes.toString()).to.equal('data/x+y&z.csv');
    expect([...s3().objects.keys()]).to.include('a b/ünï/data/x+y&z.csv');
  });

  it('puts an object only where there is none, or only in the place of the one that was read', async () => {
    const store = storeAt('s3://datasets');
    expect(await store.put('m', Buffer.from('1'), { ifMatch: '"none"' })).to.equal(undefined);
    const first = await store.put('m', Buffer.from('1'), 'absent');
    expect(await store.put('m', Buffer.from('2'), 'absent')).to.equal(undefined);
    const second = await store.put('m', Buffer.from('2'), { ifMatch: first ?? '' });
    expect(await store.put('m', Buffer.from('3'), { ifMatch: first ?? '' })).to.equal(undefined);
    expect(await store.get('m')).to.deep.include({ bytes: Buffer.from('2'), etag: second });
    await store.remove('m');
    await store.remove('m');
    expect(await store.get('m')).to.equal(undefined);
  });

  it('puts large files in parts, which leave nothing behind', async () => {
    const bytes = randomBytes(12 * MEBIBYTE + 1);
    writeFileSync(path('file'), bytes);
    const store = storeAt('s3://datasets/p', 5 * MEBIBYTE);
    await store.upload('large', path('file'));
    expect(s3().objects.get('p/large')?.etag).to.match(/-3"$/);
    await store.fetch({ path: 'large', bytes: bytes.length }, path('copy'));
    expect(readFileSync(path('copy')).equals(bytes)).to.equal(true);
    disturbing(501, 1, ({ query }) => query.get('partNumber') === '2');
    expect(await refusal(store.upload('larger', path('file')))).to.match(/larger: 501 NotImplemented/);
    expect(s3().uploads.size).to.equal(0);
    expect(await store.get('larger')).to.equal(undefined);
  });

  const passing: readonly Disturbance[] = ['reset', 'lost', 503, 409];
  for (const disturbance of passing) {
    it(`goes on after ${disturbance}`, async () => {
      const store = storeAt('s3://datasets/p');
      const ended = disturbing(disturbance, 2, ({ method }) => method === 'PUT');
      expect(await store.put('o', Buffer.from('o'))).to.match(/^"/);
      expect(ended()).to.equal(true);
    });
  }

  it('reads an object again that breaks off', async () => {
    const store = storeAt('s3://datasets/p');
    const bytes = randomBytes(MEBIBYTE);
    await store.put('o', bytes);
    const ended = disturbing('half', 2, ({ method }) => method === 'GET');
    await store.fetch({ path: 'o', bytes: MEBIBYTE }, path('copy'));
    expect(ended()).to.equal(true);
    expect(readFileSync(path('copy')).equals(bytes)).to.equal(true);
  });

  it('fetches nothing of another size, and reads nothing whole that is too large', async () => {
    const store = storeAt('s3://datasets/p');
    await store.put('o', Buffer.from('four'));
    const asked = store.fetch({ path: 'o', bytes: 5 }, path('other'));
    expect(await asked.catch((error: Error) => error.message)).to.equal('bytes is 4, the manifest says 5');
    expect(existsSync(path('other'))).to.equal(false);
    await store.put('large', Buffer.alloc(MOST_SMALL_BYTES + 1));
    expect(await store.get('large').catch((error: Error) => error.message)).to.match(
      /^s3:\/\/datasets\/p\/large has more than the \d+ bytes that are read$/,
    );
  });

  it('says in one line what is wrong', async () => {
    expect(await refusal(storeAt('s3://elsewhere/p').list())).to.equal(
      's3://elsewhere/p: there is no bucket elsewhere: make it, or say another',
    );
    disturbing(501, 1, () => true);
    expect(await refusal(storeAt('s3://datasets/p').list())).to.equal(
      's3://datasets/p: 501 NotImplemented: Disturbed.',
    );
    process.env['AWS_SECRET_ACCESS_KEY'] = 'wrong';
    try {
      expect(await refusal(storeAt('s3://datasets/p').list())).to.equal(
        's3://datasets/p: the store refuses us (403 SignatureDoesNotMatch): see which keys are set, and what they allow',
      );
    } finally {
      process.env['AWS_SECRET_ACCESS_KEY'] = s3().env['AWS_SECRET_ACCESS_KEY'];
    }
    const nowhere = new ObjectStore(
      s3Client({ endpoint: 'http://127.0.0.1:1' }),
      parseAddress('s3://datasets/p'),
    );
    expect(await refusal(nowhere.list())).to.match(
      /: nothing answers \(ECONNREFUSED\): see AWS_ENDPOINT_URL, or s3\.endpoint/,
    );
  });

  for (const address of ['s3://', 's3:///p', 's3://b//p', 's3://b/p//q']) {
    it(`refuses ${address}`, () => {
      expect(() => parseAddress(address)).to.throw(BuilderError, 'write it like s3://bucket/prefix');
    });
  }
});
