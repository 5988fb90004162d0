import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { ROOT } from '../support/paths.ts';

const MODULE = pathToFileURL(join(ROOT, 'dist', 'common', 'uninterrupted.js')).href;

describe('common/uninterrupted, in a process that is told to end', () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    it(`${signal} within it comes too late, and ends the program behind it`, () => {
      const script = `import { uninterrupted } from ${JSON.stringify(MODULE)};
        const ask = () => process.kill(process.pid, '${signal}');
        uninterrupted(() => { ask(); process.stdout.write('whole '); });
        setImmediate(() => setImmediate(() => { process.stdout.write('behind '); ask(); setInterval(() => {}, 1000); }));`;
      const { stdout, signal: ended } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        encoding: 'utf8',
      });
      expect([stdout, ended]).to.deep.equal(['whole behind ', signal]);
    });
  }
});
