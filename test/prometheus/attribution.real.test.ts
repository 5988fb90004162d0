import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { sample } from '../../exporter/catalogue/model/sample.ts';
import { processesMetrics } from '../../exporter/catalogue/processes.ts';
import { familiesOf, renderExposition } from '../../exporter/web/exposition.ts';
import { type RunningPrometheus, startPrometheus } from '../../tools/programs/prometheus.ts';
import { shippedConfig } from '../../tools/programs/shipped-config.ts';
import { waitFor } from '../../tools/programs/wait.ts';

type LabelSet = Record<string, string>;

const HOST = { namespace: '', pod: '', container: '' };
const NGINX = { namespace: 'shop', pod: 'web-1', container: 'nginx' };

/** A page with the host's own share and a container's, as the exporter renders it. */
const PAGE = await renderExposition(
  familiesOf([
    sample(processesMetrics.processes, 80, { state: 'sleeping', ...HOST }),
    sample(processesMetrics.processes, 3, { state: 'sleeping', ...NGINX }),
  ]),
  'text',
);

/** What service discovery in a cluster says of the exporter's own pod, and labels that would clash. */
const TARGET_LABELS = {
  namespace: 'kubevigil',
  pod: 'kubevigil-exporter-x7k2p',
  container: 'exporter',
  __meta_kubernetes_pod_label_app_kubernetes_io_name: 'kubevigil-exporter',
  __meta_kubernetes_pod_container_port_name: 'metrics',
  __meta_kubernetes_pod_phase: 'Running',
  __meta_kubernetes_pod_node_name: 'worker-7',
};

async function query(
  url: string,
  expression: string,
): Promise<{ metric: LabelSet; value: [number, string] }[]> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`);
  return ((await response.json()) as { data: { result: { metric: LabelSet; value: [number, string] }[] } })
    .data.result;
}

describe('the shipped scrape configurations', () => {
  let folder: string;
  let server: Server;
  let address: string;
  let prometheus: RunningPrometheus | undefined;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubevigil-test-'));
    server = createServer((_, response) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4').end(PAGE);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    await prometheus?.stop();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  async function scraped(file: 'prometheus.yml' | 'kubernetes.yml', labels: LabelSet) {
    const targets = join(folder, 'targets.json');
    writeFileSync(targets, JSON.stringify([{ targets: [address], labels }]));
    const running = await startPrometheus(folder, shippedConfig(file, targets, '1s'));
    prometheus = running;
    return waitFor('the series', async () => {
      const found = await query(running.url, 'kubevigil_processes');
      return found.length > 0 ? found : undefined;
    });
  }

  function shares(series: readonly { metric: LabelSet; value: [number, string] }[]): unknown {
    const rows = series.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    return rows.sort((a, b) => a.value - b.value);
  }

  const expected = (instance: string, node: string) => {
    const common = { __name__: 'kubevigil_processes', job: 'kubevigil', instance, node, state: 'sleeping' };
    return [
      { labels: { ...common, ...NGINX }, value: 3 },
      { labels: common, value: 80 },
    ];
  };

  it("kubernetes.yml keeps the attribution and puts the exporter's own pod on no series", async () => {
    const series = await scraped('kubernetes.yml', TARGET_LABELS);
    expect(shares(series)).to.deep.equal(expected('worker-7', 'worker-7'));
  });

  it('kubernetes.yml leaves other pods and other ports alone', async () => {
    const config = shippedConfig('kubernetes.yml', join(folder, 'targets.json'), '1s');
    const running = await startPrometheus(folder, config);
    prometheus = running;
    const other = { ...TARGET_LABELS, __meta_kubernetes_pod_label_app_kubernetes_io_name: 'web' };
    const port = { ...TARGET_LABELS, __meta_kubernetes_pod_container_port_name: 'debug' };
    writeFileSync(
      join(folder, 'targets.json'),
      JSON.stringify([
        { targets: [address], labels: other },
        { targets: [address], labels: port },
      ]),
    );
    const dropped = await waitFor('the targets to be seen', async (signal) => {
      const response = await fetch(`${running.url}/api/v1/targets`, { signal });
      const { data } = (await response.json()) as {
        data: { activeTargets: unknown[]; droppedTargets: unknown[] };
      };
      return data.droppedTargets.length === 2 * config.scrape_configs.length ? data : undefined;
    });
    expect(dropped.activeTargets).to.deep.equal([]);
  });

  it('prometheus.yml keeps the attribution and the node that the target names', async () => {
    const { namespace, pod, container } = TARGET_LABELS;
    const series = await scraped('prometheus.yml', { namespace, pod, container, node: 'worker-7' });
    expect(shares(series)).to.deep.equal(expected(address, 'worker-7'));
  });

  it('prometheus.yml names a node after its host when the target does not', async () => {
    const series = await scraped('prometheus.yml', {});
    expect(shares(series)).to.deep.equal(expected(address, '127.0.0.1'));
  });
});
