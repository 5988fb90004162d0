import { readFileSync, writeFileSync } from 'node:fs';
import { request as ask } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { relabel } from '../../../builder/commands/relabel.ts';
import { verify } from '../../../builder/commands/verify.ts';
import { wholeMs } from '../../../common/ms.ts';
import { localStorage } from '../../../dataset/storage/local/local-storage.ts';
import type { RunningPrometheus } from '../../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet, SCRAPE_MS } from '../support/fleet.ts';
import { expectSameFiles } from '../support/folders.ts';
import { make } from '../support/make.ts';
import { serverThat } from '../support/server.ts';
import { prometheusWith, type StoredSeries } from '../support/tsdb.ts';

const at = (minutes: number) => new Date(FLEET_START_MS + minutes * 60_000).toISOString();

/** A series that is 1 from one minute to another, scraped as kube-state-metrics and agents are. */
function info(labels: Record<string, string>, [from, to] = [0, 120]): StoredSeries {
  const count = ((to - from) * 60_000) / SCRAPE_MS;
  const firstMs = FLEET_START_MS + from * 60_000 + 2_345;
  return { labels, samples: Array.from({ length: count }, (_, i) => [firstMs + i * SCRAPE_MS, 1] as const) };
}

const agent = (node: string) => ({
  ...{ __name__: 'kubevigil_node_info', job: 'kubevigil', node, instance: `${node}:24924` },
  ...{ kernel: '6.1.0-37-amd64', os: 'debian', os_version: '12' },
});
const kube = (labels: Record<string, string>) => ({
  ...{ __name__: 'kube_node_info', job: 'kube-state-metrics', instance: '10.0.0.9:8080' },
  ...{ container_runtime_version: 'containerd://1.7.13', internal_ip: '10.0.0.7', ...labels },
});

describe('builder node facts', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), [
      ...fleet(9),
      info(agent('node-a')),
      info(agent('node-b')),
      // node-a is upgraded meanwhile; the scrape has a label node of its own.
      info(kube({ node: 'worker-9', exported_node: 'node-a', kubelet_version: 'v1.29.3' }), [0, 50]),
      info(kube({ node: 'worker-9', exported_node: 'node-a', kubelet_version: 'v1.30.0' }), [52, 120]),
      info(kube({ node: 'elsewhere', kubelet_version: 'v1.29.3' })),
    ]);
    writeFileSync(join(folder, 'episodes.csv'), 'episode,scenario,start,end,node\n');
  });

  after(() => prometheus?.stop());

  function run(
    command: 'build' | 'update',
    output: string,
    end: string,
    url = prometheus.url,
    more: object = {},
  ) {
    const config = {
      ...{ prometheus: { url }, scrapeInterval: '15s', start: at(0), end, columns: ['forks_per_second'] },
      ...{ labels: [{ episodes: 'episodes.csv' }], split: { by: 'node' }, reading: 'query', ...more },
    };
    writeFileSync(join(folder, 'dataset.yaml'), JSON.stringify(config));
    return make(command, { folder, output });
  }

  const ofUntold = ({ warnings }: { readonly warnings: readonly string[] }) =>
    warnings.filter((text) => text.startsWith('what agents tell of themselves'));

  it('has the machines and the Kubernetes of its nodes, the same however often it is continued', async () => {
    for (const end of [at(30), at(51), at(90), new Date(FLEET_END_MS).toISOString()])
      await run('update', 'many', end);
    const { machines, kubernetes } = await run('build', 'once', new Date(FLEET_END_MS).toISOString());
    expectSameFiles(join(folder, 'many'), join(folder, 'once'));
    expect(machines?.map(({ node, kernel }) => `${node} ${kernel}`)).to.deep.equal([
      'node-a 6.1.0-37-amd64',
      'node-b 6.1.0-37-amd64',
    ]);
    const common = { cluster: null, node: 'node-a', runtime: 'containerd://1.7.13' };
    expect(kubernetes).to.deep.equal([
      { ...common, version: 'v1.29.3' },
      { ...common, version: 'v1.30.0' },
    ]);
    const card = readFileSync(join(folder, 'once', 'README.md'), 'utf8');
    expect(card).to.include('Kubernetes, as kube-state-metrics told it; of 1 of 2 nodes it is not known:');
    expect(card).to.include('- node-a: v1.30.0, containerd://1.7.13\n');
    expect(card).not.to.include('elsewhere');
  });

  it('has the Kubernetes of nodes under their pseudonyms, and no name of another', async () => {
    writeFileSync(join(folder, 'key'), 'k'.repeat(32));
    const { kubernetes = [], entities } = await run('build', 'hidden', at(60), prometheus.url, {
      pseudonymise: { keyFile: 'key' },
    });
    const own = entities.map(({ node }) => node);
    expect(kubernetes).to.have.length(2);
    for (const { node } of kubernetes) expect(own).to.include(node);
    const manifest = readFileSync(join(folder, 'hidden', 'manifest.json'), 'utf8');
    for (const name of ['node-a', 'elsewhere', 'worker-9']) expect(manifest).not.to.include(name);
  });

  it('goes on telling that facts were not read, when it is continued and labelled anew', async () => {
    const server = await serverThat((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks);
        if (`${request.url}${body}`.includes('kubevigil_node_info')) {
          response.writeHead(422, { 'Content-Type': 'application/json' });
          response.end('{"status":"error","errorType":"execution","error":"not this one"}');
          return;
        }
        const { method, headers } = request;
        const onward = ask(`${prometheus.url}${request.url}`, { method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        });
        onward.end(body);
      });
    });
    try {
      const first = await run('update', 'lost', at(20), server.url);
      const told = `what agents tell of themselves could not be read from ${first.start} to ${first.end}`;
      expect(ofUntold(first)).to.have.length(1);
      expect(ofUntold(first)[0]).to.include(told);
      expect(first.machines).to.equal(undefined);
    } finally {
      await server.close();
    }
    const [before] = ofUntold(JSON.parse(readFileSync(join(folder, 'lost', 'manifest.json'), 'utf8')));
    const then = await run('update', 'lost', at(40));
    // What is known since then is known; of the time before it still is not.
    expect(then.machines).to.have.length(2);
    expect(ofUntold(then)).to.deep.equal([before]);
    const place = localStorage(join(folder, 'lost'));
    const relabelled = await relabel(
      place,
      { labels: [join(folder, 'episodes.csv')], replace: false, allowsOtherNodes: false },
      wholeMs(Date.now()),
    );
    expect(ofUntold(relabelled)).to.deep.equal([before]);
    expect((await verify(place)).differences).to.deep.equal([]);
  });
});
