import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { waitFor } from '../../tools/programs/wait.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { BUILDER, builder, builderProgram } from './support/cli.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from './support/fleet.ts';
import { serverThat } from './support/server.ts';
import { prometheusWith } from './support/tsdb.ts';

describe('two builder updates at once', () => {
  const newFolder = temporaryFolder();
  let prometheus: RunningPrometheus | undefined;

  after(() => prometheus?.stop());

  it('do not happen: the second refuses by name, until the first has ended', async () => {
    const folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(31));
    const silent = await serverThat(() => {});
    const config = join(folder, 'dataset.yaml');
    const range = { start: FLEET_START_MS / 1000, end: FLEET_END_MS / 1000 };
    writeFileSync(config, JSON.stringify({ ...range, scrapeInterval: '15s' }));
    const args = (url: string) => ['update', '--config', config, '--prometheus', url];
    const first = spawn(process.execPath, [BUILDER, ...args(silent.url)], { stdio: 'ignore' });
    try {
      await waitFor('the lock', () => existsSync(join(folder, 'dataset', '.lock')));
      const { code, stdout, stderr } = await builder(args(prometheus.url));
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.match(
        new RegExp(
          `^kubevigil-builder: .*/dataset is being written by process ${first.pid} on ${hostname()} [^\\n]*\\n$`,
        ),
      );
    } finally {
      first.kill('SIGKILL');
      await once(first, 'exit');
      await silent.close();
    }
    expect(existsSync(join(folder, 'dataset', '.lock'))).to.equal(true);
    expect(await builderProgram(args(prometheus.url))).to.include({ code: 0, stderr: '' });
    expect(await builder(['verify', join(folder, 'dataset')])).to.include({ code: 0, stderr: '' });
  });
});
