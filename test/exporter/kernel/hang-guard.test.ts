import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type Device, HangGuard } from '../../../exporter/kernel/hang-guard.ts';

const never = () => new Promise<string>(() => {});
const at = (id: string): Device => ({ id, isLocal: false });
const onDisk = (id: string): Device => ({ id, isLocal: true });
const messageOf = (run: Promise<unknown>) => run.then(String, (error: Error) => error.message);

/** Keeps the whole process from doing anything else, as a stopped one is kept. */
function holdUp(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe('HangGuard', () => {
  it('gives what was answered, and what went wrong', async () => {
    const guard = new HangGuard(1_000);
    expect(await guard.run('/a', async () => 7)).to.equal(7);
    const failing = guard.run('/a', () => Promise.reject(new Error('EIO')));
    expect(await messageOf(failing)).to.equal('EIO');
  });

  it('does not take its own sleep for a late answer', async function () {
    this.slow(5_000);
    const guard = new HangGuard(500);
    const answer = guard.run('/a', async () => {
      // Each call is answered in a turn of its own of the event loop.
      for (let i = 0; i < 5; i++) await stat('/');
      return 'answered';
    });
    await sleep(0);
    holdUp(1_000);
    expect(await answer).to.equal('answered');
  });

  it('counts a device once, whatever hangs on it, and asks it nothing more', async () => {
    const guard = new HangGuard(5);
    let asked = 0;
    const ask = (path: string, device: Device) =>
      messageOf(
        guard.run(
          path,
          () => {
            asked++;
            return never();
          },
          device,
        ),
      );
    expect(await ask('/nfs/a', at('0:50'))).to.equal('/nfs/a: did not answer within 5 ms');
    expect(await ask('/nfs/a', at('0:50'))).to.equal('/nfs/a: has not answered yet');
    for (const path of ['/nfs/b', '/nfs/c']) {
      expect(await ask(path, at('0:50'))).to.equal(`${path}: not asked, its mount does not answer`);
    }
    expect(await ask('/far/a', at('0:51'))).to.equal('/far/a: did not answer within 5 ms');
    expect(await ask('/other/a', at('0:52'))).to.equal('/other/a: not asked while 2 mounts hang');
    expect(asked).to.equal(2);
    expect(await guard.run('/etc/a', async () => 'here', onDisk('8:1'))).to.equal('here');
    expect(await ask('/disk/a', onDisk('8:2'))).to.equal('/disk/a: did not answer within 5 ms');
    expect(await ask('/disk/b', onDisk('8:2'))).to.equal('/disk/b: not asked, its mount does not answer');
    expect(asked).to.equal(3);
  });

  it('makes one call after the other to a device that may hang', async () => {
    const guard = new HangGuard(5);
    let asked = 0;
    const ask = (path: string) =>
      messageOf(
        guard.run(
          path,
          () => {
            asked++;
            return never();
          },
          at('0:50'),
        ),
      );
    const messages = await Promise.all([ask('/a'), ask('/b'), ask('/c')]);
    expect(asked).to.equal(1);
    expect(messages.map((text) => text.replace(/^.../, ''))).to.deep.equal([
      ' did not answer within 5 ms',
      ' not asked, its mount does not answer',
      ' not asked, its mount does not answer',
    ]);
  });

  it('asks again when the late answer has come', async () => {
    const guard = new HangGuard(5);
    let answer: (text: string) => void = () => {};
    const late = new Promise<string>((resolve) => {
      answer = resolve;
    });
    expect(await messageOf(guard.run('/a', () => late, at('0:50')))).to.contain('did not answer');
    answer('late');
    await late;
    await sleep(0);
    expect(await guard.run('/b', async () => 'now', at('0:50'))).to.equal('now');
  });
});
