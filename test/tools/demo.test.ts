import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from '../support/paths.ts';
import { processesWith } from '../support/processes.ts';
import { program } from '../support/programs.ts';

describe('npm run demo', () => {
  let folder: string;
  before(() => program('prometheus'));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubevigil-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const [when, line] of [
    ['in normal time', 'normal time'],
    ['while it waits for the first scrape', 'Starting'],
  ] as const) {
    it(`leaves no process and no temporary file when it is interrupted ${when}`, async () => {
      const mark = `KUBEVIGIL_TEST_MARK=${folder}`;
      const temporary = join(folder, 'tmp');
      mkdirSync(temporary);
      const demo = spawn(
        process.execPath,
        [join(ROOT, 'dist', 'tools', 'demo', 'main.js'), '--output', join(folder, 'out')],
        {
          env: { ...process.env, KUBEVIGIL_TEST_MARK: folder, TMPDIR: temporary },
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      let complaint = '';
      demo.stderr.setEncoding('utf8').on('data', (text: string) => {
        complaint += text;
      });
      const closed = once(demo, 'close');
      let shown = '';
      demo.stdout.setEncoding('utf8').on('data', (text: string) => {
        shown += text;
        if (shown.includes(line)) demo.kill('SIGINT');
      });
      await closed;
      expect(demo.exitCode).to.equal(1);
      expect(complaint.trim()).to.equal('demo: stopped by SIGINT');
      expect(processesWith(mark)).to.deep.equal([]);
      expect(readdirSync(temporary)).to.deep.equal([]);
    });
  }
});
