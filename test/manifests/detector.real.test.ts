import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1CronJob, V1PodSpec, V1ServicePort } from '@kubernetes/client-node';
import { expect } from 'chai';
import { parse } from 'yaml';
import { decodeEpisodes } from '../../dataset/episodes/episodes.ts';
import { VERDICT_COLUMNS, writeVerdict } from '../../dataset/episodes/verdicts.ts';
import { freePort } from '../../tools/programs/ports.ts';
import { ROOT } from '../support/paths.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { commandOf, startCommand } from './support/arguments.ts';
import { needsKubectl, objectOf, podTemplate, render } from './support/overlays.ts';
import { containersOf } from './support/policy.ts';

const DETECTOR_OVERLAYS = ['overlays/detector', 'overlays/detector-operator'];
const NAME = 'app.kubernetes.io/name';
const DNS = {
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
};

async function podOf(kind: string, name: string, overlay = 'overlays/detector'): Promise<V1PodSpec> {
  const pod = podTemplate(await objectOf(overlay, kind, name))?.spec;
  if (pod === undefined) throw new Error(`${kind} ${name} has no pod`);
  return pod;
}

describe('the detector in a cluster, by its manifests', () => {
  const newFolder = temporaryFolder();
  before(needsKubectl);

  for (const overlay of DETECTOR_OVERLAYS) {
    it(`${overlay}: nobody gets a token of the API server, and each reaches what it needs alone`, async () => {
      const own = containersOf(await render(overlay)).filter(({ pod }) =>
        /-(detector|stream|training)$/.test(pod.serviceAccountName ?? ''),
      );
      expect(new Set(own.map(({ pod }) => pod.serviceAccountName)).size).to.equal(3);
      for (const { pod, object } of own)
        expect(pod.automountServiceAccountToken, object.metadata.name).to.equal(false);
      const egress = async (name: string) => (await objectOf(overlay, 'NetworkPolicy', name)).spec.egress;
      const stream = { matchLabels: { [NAME]: 'kubevigil-stream' } };
      expect(await egress('kubevigil-detector')).to.deep.equal([
        DNS,
        { to: [{ podSelector: stream }], ports: [{ protocol: 'TCP', port: 'metrics' }] },
      ]);
      expect(await egress('kubevigil-stream')).to.deep.equal([
        DNS,
        { ports: [{ protocol: 'TCP', port: 9_090 }] },
      ]);
      expect(await egress('kubevigil-training')).to.deep.equal([]);
    });

    it(`${overlay}: the detector writes verdicts and nothing else, training reads the dataset`, async () => {
      const mounts = (pod: V1PodSpec) =>
        Object.fromEntries(
          (pod.containers[0]?.volumeMounts ?? []).map(({ mountPath, readOnly = false }) => [
            mountPath,
            readOnly,
          ]),
        );
      expect(mounts(await podOf('Deployment', 'kubevigil-detector', overlay))).to.deep.equal({
        '/etc/kubevigil': true,
        '/data/models': true,
        '/data/verdicts': false,
      });
      for (const name of ['train', 'evaluate'])
        expect(mounts(await podOf('CronJob', `kubevigil-${name}`, overlay)), name).to.deep.equal({
          '/data/dataset': true,
          '/data/models': false,
          '/tmp': false,
        });
    });

    it(`${overlay}: what mounts the one volume is where the detector is`, async () => {
      const own = containersOf(await render(overlay)).filter(({ pod }) =>
        pod.volumes?.some(({ persistentVolumeClaim: claim }) => claim?.claimName === 'kubevigil-datasets'),
      );
      const [deployments, others] = ['Deployment', 'CronJob'].map((kind) =>
        own.filter(({ object }) => object.kind === kind),
      );
      expect(new Set(deployments?.map(({ object }) => object.metadata.name))).to.deep.equal(
        new Set(['kubevigil-detector']),
      );
      expect(others?.map(({ object }) => object.metadata.name)).to.have.members(
        ['builder', 'train', 'evaluate', 'promote'].map((name) => `kubevigil-${name}`),
      );
      for (const { pod } of others ?? [])
        expect(pod.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution).to.deep.equal([
          {
            topologyKey: 'kubernetes.io/hostname',
            labelSelector: { matchLabels: { [NAME]: 'kubevigil-detector' } },
          },
        ]);
    });
  }

  it('models are trained and judged by seed, one a pod, when somebody asks for it', async () => {
    const spec = async (name: string) =>
      (await objectOf('overlays/detector', 'CronJob', `kubevigil-${name}`)).spec as V1CronJob['spec'];
    const [train, evaluate, promote] = [await spec('train'), await spec('evaluate'), await spec('promote')];
    for (const one of [train, evaluate, promote]) expect(one?.suspend).to.equal(true);
    for (const one of [train, evaluate]) expect(one?.jobTemplate.spec?.completionMode).to.equal('Indexed');
    expect(train?.jobTemplate.spec?.completions).to.equal(5);
    expect(evaluate?.jobTemplate.spec?.completions).to.equal(5);
    expect(train?.jobTemplate.spec?.template.spec?.containers[0]?.args).to.include('--seed=auto');
    expect(evaluate?.jobTemplate.spec?.template.spec?.containers[0]?.args).to.include(
      '--trained-with-seed=auto',
    );
  });

  it('the detector asks the stream by its service, and is scraped with it', async () => {
    const pod = await podOf('Deployment', 'kubevigil-detector');
    const flag = pod.containers[0]?.args?.find((arg) => arg.startsWith('--stream=')) ?? '';
    const url = new URL(flag.slice('--stream='.length));
    const [service = '', namespace = ''] = url.hostname.split('.');
    const { metadata, spec } = await objectOf('overlays/detector', 'Service', service);
    expect(metadata.namespace).to.equal(namespace);
    expect(spec.ports.map(({ port }: V1ServicePort) => String(port))).to.include(url.port);
    const config = parse(readFileSync(join(ROOT, 'prometheus', 'kubernetes.yml'), 'utf8')) as {
      scrape_configs: { job_name: string; relabel_configs: { regex: string; action: string }[] }[];
    };
    const job = config.scrape_configs.find(({ job_name: name }) => name === 'kubevigil-detector');
    const kept = new RegExp(`^(?:${job?.relabel_configs.find(({ action }) => action === 'keep')?.regex})$`);
    for (const name of ['kubevigil-detector', 'kubevigil-stream']) {
      const own = await podOf('Deployment', name);
      const port = own.containers[0]?.ports?.[0]?.name ?? '';
      expect(`${name};${port}`).to.match(kept);
      const monitor = await objectOf('overlays/detector-operator', 'PodMonitor', name);
      expect(monitor.spec.selector.matchLabels).to.deep.equal({ [NAME]: name });
      expect(monitor.spec.podMetricsEndpoints[0].port).to.equal(port);
    }
  });

  it('an empty file of verdicts is one that the builder reads, and none that there is goes lost', async () => {
    const folder = newFolder();
    const [init] = (await podOf('Deployment', 'kubevigil-detector')).initContainers ?? [];
    const [shell = '', ...args] = (init?.command ?? []).map((part) =>
      part.replaceAll('/data/', `${folder}/`),
    );
    const run = () => execFileSync(shell, args);
    const file = join(folder, 'verdicts', 'verdicts.csv');
    run();
    expect(readFileSync(file, 'utf8')).to.equal(`${VERDICT_COLUMNS.join()}\n`);
    expect(decodeEpisodes(readFileSync(file), file)).to.deep.equal([]);
    const said = {
      startMs: 1_700_000_000_000,
      endMs: 1_700_000_060_000,
      as: 'mining',
      author: 'Ada',
      note: '',
    };
    writeVerdict(file, { ...said, subject: { node: 'a', namespace: '', pod: '' } }, Date.now());
    run();
    expect(decodeEpisodes(readFileSync(file), file).map(({ scenario }) => scenario)).to.deep.equal([
      'mining',
    ]);
    const { data } = (await render('overlays/detector')).find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('kubevigil-builder'),
    ) ?? { data: {} };
    expect(parse(data['dataset.yaml']).labels).to.deep.include({ episodes: '/data/verdicts/verdicts.csv' });
  });

  it('the programs take the arguments that they are given', async () => {
    const folder = newFolder();
    const paths = { '/data/': `${folder}/`, '/etc/kubevigil/': `${folder}/` };
    const ended = async (kind: string, name: string) => {
      const pod = await podOf(kind, name);
      return startCommand(commandOf(pod, 'detector', paths), {
        JOB_COMPLETION_INDEX: '3',
        KUBEVIGIL_DETECTOR_TOKEN: 'a-token-of-these-tests-alone',
      }).ended;
    };
    for (const name of ['dataset', 'models']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'token'), 'a-token-of-these-tests-alone');
    for (const [kind, name, wanted] of [
      ['CronJob', 'kubevigil-train', /holds no dataset/],
      ['CronJob', 'kubevigil-evaluate', /holds no model that was trained with the seed 3/],
      ['CronJob', 'kubevigil-promote', /holds no model that was evaluated/],
      ['Deployment', 'kubevigil-detector', /holds no model: make one/],
    ] as const) {
      const { code, output } = await ended(kind, name);
      expect(output, name).to.match(wanted);
      expect(code, name).to.equal(2);
    }
  });

  for (const overlay of DETECTOR_OVERLAYS) {
    it(`${overlay}: the stream asks the Prometheus of its configuration`, async () => {
      const config = (await render(overlay)).find(
        ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('kubevigil-stream'),
      );
      const folder = newFolder();
      // Nobody listens there: whoever comes so far has understood flags and configuration.
      const nobody = `http://127.0.0.1:${await freePort()}`;
      const text = String(config?.['data']['stream.yaml']);
      expect(text).to.match(/^ *url: http:\/\/prometheus[\w-]*\.\w+\.svc:9090$/m);
      writeFileSync(join(folder, 'stream.yaml'), text.replace(/^( *url: ).*$/m, `$1${nobody}`));
      const pod = await podOf('Deployment', 'kubevigil-stream', overlay);
      const { code, output } = await startCommand(
        commandOf(pod, 'stream', { '/etc/kubevigil/': `${folder}/` }),
      ).ended;
      expect(output).to.include(`no Prometheus at ${nobody} `);
      expect(code).to.equal(2);
    });
  }
});
