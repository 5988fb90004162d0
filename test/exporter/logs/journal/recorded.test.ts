import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { expect } from 'chai';
import { openHostFiles } from '../../../../exporter/files/host-files.ts';
import { HangGuard } from '../../../../exporter/kernel/hang-guard.ts';
import { Journal } from '../../../../exporter/logs/journal/journal.ts';
import { ROOT } from '../../../support/paths.ts';
import { temporaryPaths } from '../../../support/temporary.ts';

const RECORDED = join(ROOT, 'test', 'fixtures', 'journal');
const FOLDER = 'var/log/journal/3d1219c7c4c5404aaa1f6d2a48adfda4';

/**
 * Journals that systemd-journal-remote 252 wrote from one text, and what journalctl reads in them: in the form that Debian 12
 * has (SipHash, 8-byte offsets are `regular`) and the other, compact one; long messages are compressed by zstd.
 */
describe('logs: journals as systemd writes them', () => {
  const at = temporaryPaths();
  const zone = process.env['TZ'];
  before(() => {
    process.env['TZ'] = 'UTC';
  });
  after(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  for (const form of ['regular', 'compact']) {
    it(`are read as journalctl reads them: ${form}`, async () => {
      const lines: string[] = [];
      const journal = new Journal(openHostFiles(at(), new HangGuard()), (line) => lines.push(line));
      mkdirSync(at(FOLDER), { recursive: true });
      const clock = Date.now;
      try {
        Date.now = () => 1_600_000_000_000;
        await journal.poll(['sshd', 'sudo']);
      } finally {
        Date.now = clock;
      }
      const bytes = zlib.gunzipSync(readFileSync(join(RECORDED, `${form}.journal.gz`)));
      writeFileSync(at(FOLDER, 'system.journal'), bytes);
      const errors = await journal.poll(['sshd', 'sudo']);
      await journal.close();
      const expected = readFileSync(join(RECORDED, 'journalctl.txt'), 'utf8').trimEnd().split('\n');
      const isLong = (line: string) => line.length > 512;
      if ('zstdDecompressSync' in zlib) {
        expect([lines, errors]).to.deep.equal([expected, []]);
        return;
      }
      expect(lines).to.deep.equal(expected.filter((line) => !isLong(line)));
      expect(errors.map(({ code, message }) => [code, message.split(': ')[1]])).to.deep.equal([
        ['failed', `${expected.filter(isLong).length} messages not read`],
      ]);
    });
  }
});
