import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { waitFor } from '../../tools/programs/wait.ts';
import { builder } from '../builder/support/cli.ts';
import { manifestOf } from '../builder/support/dataset.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from '../builder/support/fleet.ts';
import { prometheusWith } from '../builder/support/tsdb.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { builderHere, type Command, commandOf, startCommand } from './support/arguments.ts';
import { needsKubectl, objectOf, render } from './support/overlays.ts';

/** Enough nodes that every one of four shards has some. */
const SEEDS = [21, 22, 23, 24, 25, 26];

function wideFleet() {
  return SEEDS.flatMap((seed, i) =>
    fleet(seed).map(({ labels, samples }) => ({
      labels: { ...labels, node: `${labels['node']}${i}`, instance: `${labels['instance']}${i}` },
      samples,
    })),
  );
}

describe('the export of several pods, as its manifests have it', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;
  let build: Command;
  let merge: Command;
  let shards: number;

  before(async function () {
    await needsKubectl.call(this);
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), wideFleet());
    const objects = await render('overlays/export');
    const config = objects.find(({ kind }) => kind === 'ConfigMap')?.['data']['dataset.yaml'];
    const times = { start: FLEET_START_MS, end: FLEET_END_MS };
    const here = Object.entries(times).map(([key, ms]) => [key, new Date(ms).toISOString()]);
    mkdirSync(join(folder, 'config'));
    writeFileSync(
      join(folder, 'config', 'dataset.yaml'),
      stringify({
        ...parse(config),
        ...Object.fromEntries(here),
        prometheus: { url: prometheus.url },
        scrapeInterval: '15s',
      }),
    );
    const paths = { '/etc/kubevigil/': `${folder}/config/`, '/data/': `${folder}/data/` };
    const job = (await objectOf('overlays/export', 'Job', 'kubevigil-export')).spec;
    shards = job.completions;
    build = commandOf(job.template.spec, 'builder', paths);
    const merging = (await objectOf('overlays/export', 'Job', 'kubevigil-merge')).spec;
    merge = commandOf(merging.template.spec, 'builder', paths);
  });
  after(() => prometheus?.stop());

  const shard = (index: number) => startCommand(build, { JOB_COMPLETION_INDEX: String(index) });

  it('one of them killed and started again: the merged dataset is what one run makes', async () => {
    const output = join(folder, 'data', 'dataset');
    const killed = shard(2);
    await waitFor('shard 2 to have begun', () => existsSync(join(output, `.lock-2-of-${shards}`)));
    killed.child.kill('SIGKILL');
    const others = [0, 1, 3].map(shard);
    expect((await killed.ended).signal).to.equal('SIGKILL');
    expect(existsSync(join(output, `manifest-2-of-${shards}.json`)), 'shard 2 was too fast').to.equal(false);
    for (const { ended } of others) expect(await ended).to.include({ code: 0 });

    const early = await builderHere(merge);
    expect(early).to.include({ code: 2 });
    expect(early.output).to.match(/missing 2\/4\n$/);

    expect(await shard(2).ended).to.include({ code: 0 });
    expect(await startCommand(merge).ended).to.include({ code: 0 });

    const alone = build.args
      .filter((arg) => !arg.startsWith('--shard'))
      .map((arg) => arg.replace('/dataset', '/alone'));
    const config = build.args.find((arg) => arg.startsWith('--config=')) ?? '';
    const whole = alone.map((arg) => (arg.startsWith('--config=') ? config : arg));
    expect(await builderHere({ ...build, args: whole })).to.include({ code: 0 });
    const { files: many, merged: parts, ...merged } = manifestOf(output);
    const { files: one, ...wanted } = manifestOf(join(folder, 'data', 'alone'));
    expect(merged).to.deep.equal(wanted);
    expect(parts).to.have.length(shards);
    expect(many.length).to.be.greaterThan(one.length);
    expect(await builder(['verify', output])).to.include({ code: 0, stderr: '' });
  });
});
