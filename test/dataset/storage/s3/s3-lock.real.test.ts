import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { BuilderError } from '../../../../common/errors.ts';
import { type ProcessIdentity, thisProcess } from '../../../../common/process-identity.ts';
import { parseAddress } from '../../../../dataset/storage/s3/address.ts';
import { s3Client } from '../../../../dataset/storage/s3/client.ts';
import { ObjectStore } from '../../../../dataset/storage/s3/object-store.ts';
import { S3Lock, type S3LockOptions } from '../../../../dataset/storage/s3/s3-lock.ts';
import { waitFor } from '../../../../tools/programs/wait.ts';
import { s3ForTests } from '../../../builder/support/s3.ts';
import { type S3ServerOptions, startS3 } from '../../../support/s3-server.ts';

const WHERE = 's3://datasets/p';
const LEASE_MS = 300_000;

describe('dataset/storage/s3/s3-lock', () => {
  const s3 = s3ForTests();
  const self = thisProcess();
  /** Process 1 is there wherever a test can run, but it started at another time. */
  const ended: ProcessIdentity = { ...self, pid: 1, started: 'never' };
  const elsewhere: ProcessIdentity = { ...self, host: 'elsewhere' };

  afterEach(() => {
    s3().disturb = undefined;
    s3().objects.clear();
  });

  const take = (options?: S3LockOptions) =>
    S3Lock.take(new ObjectStore(s3Client({}), parseAddress(WHERE)), WHERE, '.lock', options);

  async function refusal(promise: Promise<unknown>, code: string): Promise<string> {
    const error = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(BuilderError).and.include({ code, exitCode: 2 });
    return (error as BuilderError).message;
  }

  /** Makes the lock look as old as if it had been put so long ago. */
  function age(ms: number): void {
    const lock = s3().objects.get('p/.lock');
    if (lock !== undefined) s3().objects.set('p/.lock', { ...lock, modifiedMs: lock.modifiedMs - ms });
  }

  it('is held once, and leaves nothing behind', async () => {
    const lock = await take();
    expect(await refusal(take(), 'busy')).to.match(
      new RegExp(`^${WHERE} is being written by process ${process.pid} on ${self.host} since \\d`),
    );
    await lock.confirm();
    await lock.release();
    expect([...s3().objects.keys()]).to.deep.equal([]);
  });

  it('is taken by one of many who come at once', async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => take()));
    const taken = results.filter(({ status }) => status === 'fulfilled');
    expect(taken.length).to.equal(1);
  });

  it('is taken over at once from a process that has ended', async () => {
    const before = await take({ self: ended });
    const after = await take();
    expect(await refusal(before.confirm(), 'busy')).to.match(/taken over/);
    await before.release();
    await after.confirm();
    await after.release();
    expect(s3().objects.size).to.equal(0);
  });

  it('is taken over from another host after its lease only', async () => {
    const before = await take({ self: elsewhere });
    expect(await refusal(take(), 'busy')).to.match(/its lease lasts until /);
    age(LEASE_MS - 60_000);
    expect(await refusal(take(), 'busy')).to.match(/its lease lasts until /);
    age(60_000);
    const after = await take();
    expect(await refusal(before.confirm(), 'busy')).to.match(/taken over/);
    await after.release();
    await before.release();
  });

  it('is not taken over when its owner renews it at the same moment', async () => {
    const before = await take({ self: elsewhere });
    age(LEASE_MS);
    s3().disturb = ({ headers }) => {
      if (headers['if-match'] === undefined) return undefined;
      s3().disturb = undefined;
      // Renewed after the other has read it.
      s3().objects.set('p/.lock', {
        bytes: Buffer.from(
          s3().objects.get('p/.lock')?.bytes.toString().replace('"renewals":0', '"renewals":1') ?? '',
        ),
        etag: '"renewed"',
        modifiedMs: Date.now(),
      });
      return undefined;
    };
    expect(await refusal(take(), 'busy')).to.match(/on elsewhere .*\(its lease lasts until /);
    await before.confirm();
    await before.release();
  });

  it('is renewed while it is held, also after an answer was lost', async () => {
    const lock = await take({ leaseMs: 500 });
    const renewals = () =>
      JSON.parse(s3().objects.get('p/.lock')?.bytes.toString() ?? '{}').renewals as number;
    await waitFor('a renewal', () => renewals() > 0);
    let lost = 0;
    s3().disturb = ({ method }) => (method === 'PUT' && lost++ === 0 ? 'lost' : undefined);
    await waitFor('a lost answer', () => lost > 1);
    const then = renewals();
    await waitFor('a renewal after it', () => renewals() > then + 1);
    await lock.confirm();
    await lock.release();
    await sleep(200);
    expect(s3().objects.size).to.equal(0);
  });

  it('is ours when the answer to taking it was lost', async () => {
    let lost = 0;
    s3().disturb = ({ method }) => (method === 'PUT' && lost++ === 0 ? 'lost' : undefined);
    const lock = await take();
    await lock.confirm();
    await lock.release();
  });

  const unconditional: readonly (readonly [string, S3ServerOptions, RegExp])[] = [
    [
      'ignores If-None-Match',
      { ignores: ['if-none-match'] },
      /the store ignores If-None-Match, without which/,
    ],
    ['ignores If-Match', { ignores: ['if-match'] }, /the store ignores If-Match, without which/],
    [
      'refuses conditional puts',
      { disturb: ({ headers }) => (headers['if-none-match'] === undefined ? undefined : 501) },
      /the store has no conditional puts, without which/,
    ],
  ];
  for (const [what, options, message] of unconditional) {
    it(`is not taken in a store that ${what}`, async () => {
      const other = await startS3(options);
      try {
        const store = new ObjectStore(s3Client({ endpoint: other.url }), parseAddress(WHERE));
        expect(await refusal(S3Lock.take(store, WHERE, '.lock'), 'output')).to.match(message);
        expect(other.objects.size).to.equal(0);
      } finally {
        await other.close();
      }
    });
  }

  it('does not touch an object that is no lock', async () => {
    s3().objects.set('p/.lock', { bytes: Buffer.from('mine'), etag: '"mine"', modifiedMs: 0 });
    expect(await refusal(take(), 'output')).to.match(/^s3:\/\/datasets\/p\/\.lock is no lock of ours/);
    expect(s3().objects.get('p/.lock')?.etag).to.equal('"mine"');
  });
});
