import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect } from 'chai';
import { BuilderError } from '../../../../common/errors.ts';
import { type ProcessIdentity, thisProcess } from '../../../../common/process-identity.ts';
import { Lock, temporaryOf } from '../../../../dataset/storage/local/lock.ts';
import { waitFor } from '../../../../tools/programs/wait.ts';
import { temporaryPaths } from '../../../support/temporary.ts';

const LEASE_MS = 300_000;

describe('dataset/storage/local/lock', () => {
  const path = temporaryPaths();
  const self = thisProcess();
  /** Process 1 is there wherever a test can run, but it started at another time. */
  const ended: ProcessIdentity = { ...self, pid: 1, started: 'never' };

  function refusal(take: () => Lock): string {
    try {
      take().release();
    } catch (error) {
      expect(error).to.be.instanceOf(BuilderError).and.include({ code: 'busy', exitCode: 2 });
      return (error as BuilderError).message;
    }
    throw new Error('it was not refused');
  }

  it('is held once, and leaves nothing behind', () => {
    const lock = Lock.take(path('.lock'));
    expect(refusal(() => Lock.take(path('.lock')))).to.match(
      new RegExp(`is being written by process ${process.pid} on ${self.host} since \\d`),
    );
    lock.confirm();
    lock.release();
    expect(readdirSync(path())).to.deep.equal([]);
    Lock.take(path('.lock')).release();
  });

  const gone: readonly (readonly [string, ProcessIdentity])[] = [
    ['a process that has ended', ended],
    ['a process from before a reboot', { ...self, boot: 'before' }],
  ];
  for (const [what, owner] of gone) {
    it(`is taken over at once from ${what}`, () => {
      const before = Lock.take(path('.lock'), { self: owner });
      const after = Lock.take(path('.lock'));
      expect(() => before.confirm()).to.throw(BuilderError, 'taken over');
      before.release();
      after.confirm();
      after.release();
      expect(readdirSync(path())).to.deep.equal([]);
    });
  }

  const foreign: readonly (readonly [string, ProcessIdentity])[] = [
    ['another host', { ...ended, host: 'elsewhere' }],
    ['another container on this host', { ...ended, pidNamespace: 'pid:[1]' }],
  ];
  for (const [what, owner] of foreign) {
    it(`is taken over from ${what} after its lease only`, () => {
      const before = Lock.take(path('.lock'), { self: owner });
      const takenMs = statSync(path('.lock')).mtimeMs;
      const at = (afterMs: number) => () => Lock.take(path('.lock'), { nowMs: () => takenMs + afterMs });
      expect(refusal(at(LEASE_MS - 1000))).to.match(/its lease lasts until /);
      // Renewed since.
      const renewed = (takenMs + LEASE_MS / 2) / 1000;
      utimesSync(path('.lock'), renewed, renewed);
      expect(refusal(at(LEASE_MS + 1000))).to.match(/its lease lasts until /);
      const after = at(1.5 * LEASE_MS + 1000)();
      expect(() => before.confirm()).to.throw(BuilderError, 'taken over');
      after.release();
      before.release();
    });
  }

  it('is renewed while it is held', async () => {
    const lock = Lock.take(path('.lock'), { leaseMs: 100 });
    utimesSync(path('.lock'), 1, 1);
    await waitFor('a renewal', () => statSync(path('.lock')).mtimeMs > 1000);
    lock.release();
  });

  const beside = () => readdirSync(path()).filter((name) => name !== '.lock');
  const stays: readonly (readonly [string, ProcessIdentity, number, boolean])[] = [
    ['a run that was killed before it wrote a word', ended, 0, false],
    ['a run that is taking it now', self, 2 * LEASE_MS, true],
    ['a run on another host, just now', { ...ended, host: 'elsewhere' }, 0, true],
    ['a run on another host, long ago', { ...ended, host: 'elsewhere' }, 2 * LEASE_MS, false],
  ];
  for (const [what, owner, ageMs, isKept] of stays) {
    it(`${isKept ? 'leaves' : 'sweeps'} what is there of ${what}`, () => {
      const file = temporaryOf(path('.lock'), owner);
      writeFileSync(file, '');
      const written = (Date.now() - ageMs) / 1000;
      utimesSync(file, written, written);
      Lock.take(path('.lock')).release();
      expect(beside()).to.deep.equal(isKept ? [basename(file)] : []);
    });
  }

  it('does not touch a file that is no lock', () => {
    writeFileSync(path('.lock'), 'mine');
    expect(() => Lock.take(path('.lock'))).to.throw(BuilderError, 'is no lock of ours');
    expect(readdirSync(path())).to.deep.equal(['.lock']);
  });
});
