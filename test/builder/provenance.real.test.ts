import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { verify } from '../../builder/commands/verify.ts';
import { localStorage } from '../../dataset/storage/local/local-storage.ts';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { manifestOf } from './support/dataset.ts';
import { FLEET_START_MS, fleet } from './support/fleet.ts';
import { expectSameFiles } from './support/folders.ts';
import { make } from './support/make.ts';
import { prometheusWith } from './support/tsdb.ts';

const PLAN = 'name: lab\nseed: 7\nbackground: { requestsPerSecond: [5, 20] } # é\n';

describe('builder provenance', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(9));
    writeFileSync(join(folder, 'plan.yaml'), PLAN);
  });

  after(() => prometheus?.stop());

  function run(command: 'build' | 'update', output: string, minutes: number, config: object) {
    const time = (minute: number) => FLEET_START_MS / 1000 + minute * 60;
    const whole = {
      prometheus: { url: prometheus.url },
      ...{ scrapeInterval: '15s', start: time(0), end: time(minutes), columns: ['forks_per_second'] },
      split: { by: 'node' },
      ...config,
    };
    writeFileSync(join(folder, 'dataset.yaml'), JSON.stringify(whole));
    return make(command, { folder, output });
  }

  const complaints = async (output: string) =>
    (await verify(localStorage(join(folder, output)))).differences.join('\n');

  it('stands beside the rows, hashed, in the card, and is the same however often the dataset is continued', async () => {
    const config = { provenance: ['plan.yaml'] };
    await run('update', 'many', 10, config);
    await run('update', 'many', 20, {});
    await run('build', 'once', 20, config);
    expectSameFiles(join(folder, 'many'), join(folder, 'once'));
    const kept = join(folder, 'once', 'provenance', 'plan.yaml');
    expect(readFileSync(kept, 'utf8')).to.equal(PLAN);
    const [told] = manifestOf(join(folder, 'once')).provenance ?? [];
    expect(told?.sha256).to.match(/^[0-9a-f]{64}$/);
    const card = readFileSync(join(folder, 'once', 'README.md'), 'utf8');
    expect(card).to.include(`- \`provenance/plan.yaml\`, SHA-256 \`${told?.sha256}\``);
    expect(await complaints('once')).to.equal('');
    writeFileSync(kept, PLAN.replace('7', '8'));
    expect(await complaints('once')).to.equal('provenance/plan.yaml: is not what the manifest makes of it');
    await run('build', 'once', 20, {});
    expect(existsSync(kept)).to.equal(false);
    expect(await complaints('once')).to.equal('');
  });

  it('is refused when it is not there, is no text, or has names that are to be hidden', async () => {
    const refused = (config: object) =>
      run('build', 'refused', 10, config).then(
        () => 'it was taken',
        (error: Error) => error.message,
      );
    expect(await refused({ provenance: ['gone.yaml'] })).to.match(
      /^provenance: .*gone\.yaml: there is no such file/,
    );
    writeFileSync(join(folder, 'binary'), Buffer.from([0xff, 0xfe, 0x00]));
    expect(await refused({ provenance: ['binary'] })).to.match(/^provenance: .*binary: /);
    expect(await refused({ provenance: ['plan.yaml', '../plan.yaml'] })).to.match(/^provenance: /);
    writeFileSync(join(folder, 'names.yaml'), 'target: node-a\n');
    writeFileSync(join(folder, 'key'), 'k'.repeat(32));
    const hidden = await refused({ provenance: ['names.yaml'], pseudonymise: { keyFile: 'key' } });
    expect(hidden).to.match(/provenance names\.yaml: .* tells the name node-a/);
    expect(existsSync(join(folder, 'refused'))).to.equal(false);
  });
});
