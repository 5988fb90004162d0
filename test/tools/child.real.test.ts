import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startChild, waitForChild } from '../../tools/programs/child.ts';
import { waitFor } from '../../tools/programs/wait.ts';

describe('child processes', () => {
  let folder: string;
  let log: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubevigil-test-'));
    log = join(folder, 'log');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are stopped, and it is waited for', async () => {
    const child = startChild('sleep', ['60'], log);
    child.assertRunning();
    await child.stop();
    expect(child.process.signalCode).to.equal('SIGTERM');
    await child.stop();
  });

  it('that end too early are told with their last words', async () => {
    const child = startChild('sh', ['-c', 'echo no such port; exit 3'], log);
    await waitFor('its end', () => child.process.exitCode ?? undefined);
    expect(() => child.assertRunning()).to.throw('sh ended at once: no such port');
  });

  it('are waited for as long as they are alive, and a failure has their last words', async () => {
    const failing = startChild(
      'sh',
      ['-c', 'echo opening the disk; sleep 0.2; echo it is full; exit 3'],
      log,
    );
    const never = () => undefined;
    const ended = await waitForChild(failing, 'the disk', never).catch(String);
    expect(ended).to.equal('Error: sh ended at once: opening the disk | it is full');
    const slow = startChild('sh', ['-c', 'echo replaying; exec sleep 60'], join(folder, 'slow'));
    await waitForChild(slow, 'its first words', () => slow.output() !== '');
    const late = await waitForChild(slow, 'the disk', never, 100).catch(String);
    expect(late).to.equal('Error: waited 0.1 s in vain for the disk; it wrote: replaying');
    await slow.stop();
  });

  it('that cannot be started are told by the reason', async () => {
    const child = startChild(join(folder, 'nothing'), [], log);
    await waitFor('the failure', () => {
      try {
        child.assertRunning();
        return undefined;
      } catch (error) {
        return String(error);
      }
    }).then((text) => expect(text).to.match(/nothing ended at once: .*ENOENT/));
    await child.stop();
  });
});
