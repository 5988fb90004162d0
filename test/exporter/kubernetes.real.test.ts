import { expect } from 'chai';
import { waitFor } from '../../tools/programs/wait.ts';
import { ApiServer } from '../support/api-server.ts';
import { type ExporterProcess, runExporter, startExporter } from '../support/exporter.ts';
import { recordedPods } from '../support/recorded-pods.ts';
import { parseSeries } from '../support/series.ts';
import { temporaryFolder } from '../support/temporary.ts';

const RESTARTS = 'kubevigil_container_restarts_total';
const SUCCESS = 'kubevigil_extractor_success{extractor="pods"}';

describe('kubevigil-exporter in a cluster', () => {
  const folder = temporaryFolder();
  const server = new ApiServer();
  let exporter: ExporterProcess | undefined;
  let env: NodeJS.ProcessEnv;
  before(async () => {
    for (const pod of recordedPods()) server.put(pod);
    await server.start();
    env = { KUBECONFIG: server.writeKubeconfig(folder()) };
  });
  after(() => server.stop());
  afterEach(async () => {
    await exporter?.stop();
    exporter = undefined;
  });

  const scrape = async () =>
    parseSeries(await (await fetch(`http://${exporter?.address}/metrics?collect[]=pods`)).text());

  it('counts restarts on its node as they happen, and goes on while the server is away', async () => {
    exporter = await startExporter(['--node-name=node-7'], { env });
    await waitFor('the watch', () => server.watches === 1);
    const oom = `${RESTARTS}{reason="oom",namespace="shop",pod="web-0",container="nginx"}`;
    expect((await scrape()).get(oom)).to.equal(0);
    const [web] = recordedPods();
    const status = web?.status?.containerStatuses?.[0];
    if (web === undefined || status === undefined) throw new Error('no recorded pod');
    status.restartCount += 1;
    server.put(web);
    await waitFor('the restart', async () => (await scrape()).get(oom) === 1);
    await server.stop();
    await waitFor('the failure', async () => (await scrape()).get(SUCCESS) === 0);
    expect((await scrape()).get(oom)).to.equal(1);
    await server.start();
    await waitFor('the next watch', async () => (await scrape()).get(SUCCESS) === 1);
  });

  it('leaves the server alone with --kubernetes=off', async () => {
    const before = server.requests.length;
    exporter = await startExporter(['--node-name=node-7', '--kubernetes=off'], { env });
    const series = await scrape();
    expect([...series.keys()].filter((name) => name.startsWith(RESTARTS))).to.deep.equal([]);
    expect(series.get(SUCCESS)).to.equal(1);
    expect(server.requests.length).to.equal(before);
  });

  it('refuses a KUBECONFIG that it cannot use', async () => {
    const args = ['--web.listen-address=127.0.0.1:0'];
    const { code, stderr } = await runExporter(args, { env: { KUBECONFIG: '/nowhere/config' } });
    expect(stderr).to.match(/^kubevigil-exporter: KUBECONFIG \/nowhere\/config: ENOENT[^\n]*\n$/);
    expect(code).to.equal(2);
  });
});
