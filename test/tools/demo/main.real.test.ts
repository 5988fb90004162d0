import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { expect } from 'chai';
import { waitForChild, watched } from '../../../tools/programs/child.ts';
import { ROOT } from '../../support/paths.ts';
import { processesWith } from '../../support/processes.ts';
import { program } from '../../support/programs.ts';
import { temporaryPaths } from '../../support/temporary.ts';

describe('npm run demo', () => {
  const path = temporaryPaths();
  before(() => program('prometheus'));
  beforeEach(() => {
    mkdirSync(path('tmp'));
  });

  function start(env: NodeJS.ProcessEnv = {}, ...args: string[]) {
    const demo: ChildProcessByStdio<null, Readable, Readable> = spawn(
      process.execPath,
      [join(ROOT, 'dist', 'tools', 'demo', 'main.js'), '--output', path('out'), ...args],
      {
        env: { ...process.env, KUBEVIGIL_TEST_MARK: path(), TMPDIR: path('tmp'), ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const written = { all: '' };
    for (const stream of [demo.stdout, demo.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        written.all += text;
      });
    return { demo, written, closed: once(demo, 'close') };
  }

  const lastLine = ({ all }: { all: string }) => all.trim().split('\n').at(-1);

  function expectNothingLeft() {
    expect(processesWith(`KUBEVIGIL_TEST_MARK=${path()}`)).to.deep.equal([]);
    expect(readdirSync(path('tmp'))).to.deep.equal([]);
  }

  for (const [when, line, times, ...args] of [
    ['while it waits for the first scrape', 'Starting', 1],
    ['in normal time', 'msg=normal', 1],
    ['in normal time, on its way to a detector', 'msg=normal', 1, '--detector'],
    ['twice, in an episode', '(1 of ', 2],
  ] as const) {
    it(`leaves no process and no temporary file when it is interrupted ${when}`, async () => {
      const { demo, written, closed } = start({}, ...args);
      await waitForChild(
        watched(demo, () => written.all),
        line,
        () => written.all.includes(line),
      );
      for (let i = 0; i < times; i++) demo.kill('SIGINT');
      await closed;
      expect(demo.exitCode).to.equal(1);
      expect(lastLine(written)).to.equal('demo: stopped by SIGINT');
      expectNothingLeft();
    });
  }

  it('leaves nothing when Prometheus fails', async () => {
    writeFileSync(path('prometheus'), '#!/bin/sh\necho no memory >&2\nexit 3\n', { mode: 0o755 });
    const { demo, written, closed } = start({ PROMETHEUS_BIN: path('prometheus') });
    await closed;
    expect(demo.exitCode).to.equal(1);
    expect(lastLine(written)).to.match(/^demo: prometheus ended at once: no memory$/);
    expectNothingLeft();
  });

  it('leaves nothing when its campaign fails', async () => {
    const { demo, written, closed } = start();
    const campaign = await waitForChild(
      watched(demo, () => written.all),
      'the campaign',
      () =>
        processesWith(`KUBEVIGIL_TEST_MARK=${path()}`).find((line) => line.includes('scenarios/main.js run')),
    );
    process.kill(Number.parseInt(campaign, 10), 'SIGKILL');
    await closed;
    expect(demo.exitCode).to.equal(1);
    expect(lastLine(written)).to.equal('demo: kubevigil-scenarios run failed; the line above says why');
    expectNothingLeft();
  });
});
