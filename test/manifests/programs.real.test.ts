import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { EPISODE_COLUMNS } from '../../dataset/episodes/contract.ts';
import { waitForChild, watched } from '../../tools/programs/child.ts';
import { freePort } from '../../tools/programs/ports.ts';
import { answers } from '../../tools/programs/prometheus.ts';
import { ROOT } from '../support/paths.ts';
import { skip } from '../support/skip.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { builderHere, commandOf, startCommand } from './support/arguments.ts';
import { needsKubectl, OVERLAYS, podTemplate, render } from './support/overlays.ts';

describe('the programs take the arguments that the manifests give them', () => {
  const newFolder = temporaryFolder();
  before(needsKubectl);

  /** The ConfigMaps of an overlay, as files in a folder. */
  async function configOf(overlay: string, url: string, data: string): Promise<string> {
    const folder = newFolder();
    for (const { kind, data: texts = {} } of await render(overlay)) {
      if (kind !== 'ConfigMap') continue;
      for (const [name, text] of Object.entries(texts as Record<string, string>)) {
        writeFileSync(
          join(folder, name),
          text.replace(/^( *url: ).*:9090$/m, `$1${url}`).replaceAll(': /data/', `: ${data}/`),
        );
      }
    }
    return folder;
  }

  for (const overlay of OVERLAYS) {
    it(`${overlay}: the builder asks the Prometheus of its configuration`, async () => {
      const jobs = (await render(overlay)).filter(
        (object) =>
          ['CronJob', 'Job'].includes(object.kind) &&
          podTemplate(object)?.spec?.containers.some(({ name }) => name === 'builder'),
      );
      expect(jobs.length).to.be.greaterThan(0);
      // Nobody listens there: whoever comes so far has understood flags and configuration.
      const url = `http://127.0.0.1:${await freePort()}`;
      const data = newFolder();
      for (const name of ['dataset', 'verdicts']) mkdirSync(join(data, name));
      // As the detector's pod leaves it.
      writeFileSync(join(data, 'verdicts', 'verdicts.csv'), `${EPISODE_COLUMNS.join()}\n`);
      const config = await configOf(overlay, url, data);
      for (const job of jobs) {
        const pod = podTemplate(job)?.spec;
        if (pod === undefined) throw new Error('a job without a pod');
        const paths = { '/etc/kubevigil/': `${config}/`, '/data/': `${data}/`, 's3://.*': `${data}/dataset` };
        const { code, output } = await builderHere(commandOf(pod, 'builder', paths), {
          JOB_COMPLETION_INDEX: '0',
        });
        expect(output).to.match(
          job.metadata.name === 'kubevigil-merge' ? /holds no shards/ : new RegExp(url.slice(7)),
        );
        expect(code).to.equal(2);
      }
    });
  }

  it('a flag that there is not would be told', async () => {
    const [job] = (await render('.')).filter(({ kind }) => kind === 'CronJob');
    const pod = job && podTemplate(job)?.spec;
    if (pod === undefined) throw new Error('there is no CronJob');
    const { file, args } = commandOf(pod, 'builder', {});
    const { code, output } = await startCommand({ file, args: [...args, '--outptu=x'] }).ended;
    expect(output).to.match(/unknown option '--outptu=x'/);
    expect(code).to.equal(2);
  });

  it('overlays/lab: the scenarios serve', async function () {
    const main = 'dist/scenarios/main.js';
    if (!existsSync(join(ROOT, main))) skip(this, `there is no ${main}`);
    const pod = (await render('overlays/lab')).find(({ kind }) => kind === 'Deployment');
    const spec = pod && podTemplate(pod)?.spec;
    if (spec === undefined) throw new Error('there is no Deployment');
    const folder = newFolder();
    writeFileSync(join(folder, 'token'), 'a token that is long enough'.replaceAll(' ', '-'));
    const port = await freePort();
    const { file, args } = commandOf(spec, 'scenarios', {
      '/etc/kubevigil/': `${folder}/`,
      '/data/': `${folder}/`,
      '/scratch': folder,
    });
    const victim = `--victim.listen-address=127.0.0.1:${await freePort()}`;
    const here = args.map((arg) => arg.replace(/^(--web.listen-address=):\d+$/, `$1127.0.0.1:${port}`));
    const { child, ended, output } = startCommand(
      { file, args: [...here, victim] },
      {
        NODE_NAME: 'node-1',
        POD_NAMESPACE: 'kubevigil-lab',
        POD_NAME: 'kubevigil-scenarios-0',
      },
    );
    try {
      await waitForChild(watched(child, output), 'the scenarios to be ready', (signal) =>
        answers(`http://127.0.0.1:${port}/-/ready`, signal),
      );
      expect((await fetch(`http://127.0.0.1:${port}/scenarios`)).status).to.equal(401);
    } finally {
      child.kill('SIGTERM');
      expect((await ended).code).to.equal(0);
    }
  });
});
