import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../support/paths.ts';
import { program } from '../support/programs.ts';

const run = promisify(execFile);

describe('prometheus/', () => {
  it('prometheus.yml and its rules pass promtool', async () => {
    await run(await program('promtool'), ['check', 'config', join(ROOT, 'prometheus', 'prometheus.yml')]);
  });
});
