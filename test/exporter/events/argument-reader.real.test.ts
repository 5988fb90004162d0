import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { ArgumentReader } from '../../../exporter/events/argument-reader.ts';
import { HangGuard } from '../../../exporter/kernel/hang-guard.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const NOBODY = 2 ** 22;

describe('ArgumentReader', () => {
  const at = temporaryPaths();
  const children: ChildProcess[] = [];
  const ask = (reader: ArgumentReader, pid: number, path: string) =>
    new Promise<readonly string[] | undefined>((resolve) => reader.read(pid, path, resolve));

  async function sleeper(): Promise<number> {
    const child = spawn('/bin/sleep', ['600']);
    children.push(child);
    await once(child, 'spawn');
    return child.pid ?? 0;
  }

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  it('reads one after the other, in the order of asking, and of nobody who is gone', async () => {
    const reader = new ArgumentReader('/proc', new HangGuard());
    const pid = await sleeper();
    expect(reader.settled).to.equal(undefined);
    const told: [number, string | undefined][] = [];
    for (const [i, who] of [pid, NOBODY, pid].entries())
      reader.read(who, '/bin/sleep', (args) => told.push([i, args?.join(' ')]));
    await reader.settled;
    expect(told).to.deep.equal([
      [0, '/bin/sleep 600'],
      [1, undefined],
      [2, '/bin/sleep 600'],
    ]);
    expect(reader.settled).to.equal(undefined);
  });

  it('refuses what is too much at once, and goes on after it', async () => {
    const reader = new ArgumentReader('/proc', new HangGuard());
    const pid = await sleeper();
    let [told, known] = [0, 0];
    for (let i = 0; i < 3_000; i++) {
      reader.read(pid, '/bin/sleep', (args) => {
        told++;
        if (args !== undefined) known++;
      });
    }
    await reader.settled;
    expect(told).to.equal(3_000);
    expect(known).to.be.within(1_024, 1_025);
    expect(await ask(reader, pid, '/bin/sleep')).not.to.equal(undefined);
  });

  it('waits for arguments that do not come beside the main thread, asks nobody else meanwhile, and goes on when they come', async () => {
    // In the place of a procfs one whose file waits until somebody writes.
    for (const pid of ['1', '2']) {
      mkdirSync(at('proc', pid), { recursive: true });
      writeFileSync(at('proc', pid, 'comm'), 'sleep\n');
    }
    execFileSync('mkfifo', [at('proc', '1', 'cmdline')]);
    writeFileSync(at('proc', '2', 'cmdline'), 'sleep\x00600\x00');
    let unanswered = 0;
    const reader = new ArgumentReader(at('proc'), new HangGuard(200, () => unanswered++));
    expect(await Promise.all([ask(reader, 1, '/bin/sleep'), ask(reader, 2, '/bin/sleep')])).to.deep.equal([
      undefined,
      undefined,
    ]);
    expect(unanswered).to.equal(2);
    writeFileSync(at('proc', '1', 'cmdline'), 'sleep\x001\x00');
    const args = await waitFor('arguments to be had again', () => ask(reader, 2, '/bin/sleep'));
    expect(args).to.deep.equal(['sleep', '600']);
  });
});
