import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { externalLabelsOf } from '../../../builder/prometheus/external-labels.ts';
import type { RunningPrometheus } from '../../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { buildHere } from '../support/build.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from '../support/fleet.ts';
import { prometheusWith } from '../support/tsdb.ts';
import { type Disturbance, proxyTo } from './support/proxy.ts';
import { chunkedReadResponse, frame } from './wire/remote-read/support/wire.ts';

const EXTERNAL = { cluster: 'east', replica: 'a' };
const HISTOGRAM = 2;

const noRemoteRead: Disturbance = (_, response) => response.writeHead(404).end('404 page not found');

/** The first series of an answer with a chunk that is no XOR chunk. */
const histograms: Disturbance = (_, response) => {
  const labels = { __name__: 'kubevigil_forks_total', node: 'node-a' };
  const body = frame(chunkedReadResponse(labels, [{ type: HISTOGRAM, data: Buffer.alloc(8) }]));
  const type = 'application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse';
  response.writeHead(200, { 'Content-Type': type }).end(body);
};

describe('builder: ways of reading', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;

  before(async () => {
    folder = newFolder();
    const config = { global: { external_labels: EXTERNAL } };
    prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(8), [], config);
  });
  after(async () => {
    await prometheus?.stop();
  });

  let outputs = 0;
  const build = (config: object, url = prometheus.url, output = join(folder, `dataset-${outputs++}`)) =>
    buildHere({
      prometheus: { url },
      output,
      start: String(FLEET_START_MS / 1000),
      end: String(FLEET_END_MS / 1000),
      ...config,
    });

  it('gives the same rows, with the external labels of the server', async () => {
    const chunks = (await build({ reading: 'remote-read' })).manifest;
    const json = (await build({ reading: 'query' })).manifest;
    expect(chunks.prometheus).to.include({ reading: 'remote-read', staleMarkers: true });
    expect(json.prometheus).to.include({ reading: 'range-selectors', staleMarkers: false });
    expect(chunks.entities).to.deep.equal(['node-a', 'node-b'].map((node) => ({ cluster: 'east', node })));
    const warnings = json.warnings.filter((text) => !text.includes('stale markers'));
    expect({ ...json, prometheus: chunks.prometheus, warnings }).to.deep.equal(chunks);
  });

  it('selects by external labels', async () => {
    const all = (await build({})).manifest;
    for (const reading of ['remote-read', 'query']) {
      for (const selector of [
        'cluster="east"',
        'cluster=~"ea.*"',
        'cluster!="west",replica!~"b|c"',
        'node=~"node-.",cluster="east"',
      ]) {
        const { manifest } = await build({ reading, selector });
        expect(manifest.rowsDigest, selector).to.equal(all.rowsDigest);
      }
      for (const selector of ['cluster="west"', 'cluster!~"e.*"', 'replica=~"A"']) {
        const error = await build({ reading, selector }).then(String, String);
        expect(error, selector).to.include('there is no sample between');
      }
      expect(await build({ reading, selector: 'cluster=~"("' }).then(String, String)).to.match(
        /^BuilderError: selector: /,
      );
    }
  });

  it('takes range selectors where there is no remote read, unless told otherwise', async () => {
    const proxy = await proxyTo(prometheus.url, (path) =>
      path.endsWith('/read') ? noRemoteRead : undefined,
    );
    try {
      const { manifest, logged } = await build({}, proxy.url);
      expect(manifest.prometheus.reading).to.equal('range-selectors');
      expect(logged).to.deep.equal([]);
      const error = await build({ reading: 'remote-read' }, proxy.url).then(String, String);
      expect(error).to.match(
        /^BuilderError: http:\S+: remote read: the server answered 404.*set reading: query/,
      );
    } finally {
      await proxy.close();
    }
  });

  it('begins again by range selectors when a chunk is of another kind', async () => {
    const proxy = await proxyTo(prometheus.url, (path, request) =>
      path.endsWith('/read') && request === 7 ? histograms : undefined,
    );
    try {
      const { manifest, logged } = await build({}, proxy.url);
      expect(logged).to.deep.equal(['beginning again by range selectors']);
      expect(manifest).to.deep.equal((await build({ reading: 'query' })).manifest);
    } finally {
      await proxy.close();
    }
    const strict = await proxyTo(prometheus.url, (path, request) =>
      path.endsWith('/read') && request === 7 ? histograms : undefined,
    );
    const output = join(folder, 'strict');
    try {
      const error = await build({ reading: 'remote-read' }, strict.url, output).then(String, String);
      expect(error).to.match(/^BuilderError: .*set reading: query in the config$/);
      expect(existsSync(output)).to.equal(false);
    } finally {
      await strict.close();
    }
  });

  it('finds external labels in a configuration as the server shows it', () => {
    const shown =
      'global:\n  scrape_interval: 15s\n  external_labels:\n    cluster: east\n    zone: "1"\nscrape_configs:\n- job_name: x\n  global: no\n';
    expect(externalLabelsOf(shown)).to.deep.equal({ cluster: 'east', zone: '1' });
    expect(externalLabelsOf('global:\n  scrape_interval: 15s\n')).to.deep.equal({});
    expect(externalLabelsOf('scrape_configs: []\n')).to.deep.equal({});
    expect(externalLabelsOf('')).to.deep.equal({});
  });
});
