import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { expect } from 'chai';
import { hostMountPod } from '../../scenarios/attacks/host-mount-pod.ts';
import { riskyPod } from '../../scenarios/attacks/risky-pod.ts';
import { waitFor } from '../../tools/programs/wait.ts';
import { refuseWith } from '../support/api-server.ts';
import { type ExporterProcess, startExporter } from '../support/exporter.ts';
import { parseSeries } from '../support/series.ts';
import { NODE, OWN, PodsApi } from './support/pods-api.ts';
import { Servant } from './support/servant.ts';
import { POD_MAIN } from './support/stage-pod.ts';

describe('risky_pod', () => {
  let folder: string;
  let api: PodsApi;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubevigil-test-'));
    api = new PodsApi();
    await api.start(folder);
  });
  afterEach(async () => {
    await api.stop();
    rmSync(folder, { recursive: true });
  });

  const options = { durationMs: 3_000, intensity: 1, folder: '' };

  async function riskyPods(exporter: ExporterProcess): Promise<Record<string, number>> {
    const page = await (await fetch(`http://${exporter.address}/metrics?collect[]=pods`)).text();
    const found = [...parseSeries(page)].flatMap(([series, value]) => {
      const [, rule] = /^kubevigil_risky_pods\{.*rule="(\w+)"/.exec(series) ?? [];
      return rule === undefined || value === 0 ? [] : [[rule, value] as const];
    });
    return Object.fromEntries(found);
  }

  it('is one pod that five default rules match, while it lasts', async () => {
    const { KUBECONFIG } = process.env;
    const exporter = await startExporter([], { env: { KUBECONFIG, NODE_NAME: NODE } });
    try {
      await waitFor('the watch', () => api.server.watches > 0);
      expect(await riskyPods(exporter)).to.deep.equal({});
      const run = riskyPod.run(options);
      const seen = await waitFor('the exporter to see it', async () => {
        const found = await riskyPods(exporter);
        return Object.keys(found).length > 0 ? found : undefined;
      });
      expect(seen).to.deep.equal({
        privileged_pod: 1,
        host_path_pod: 1,
        host_network_pod: 1,
        host_pid_pod: 1,
        dangerous_capability_pod: 1,
      });
      await run;
      await waitFor(
        'the exporter to see it gone',
        async () => Object.keys(await riskyPods(exporter)).length === 0,
      );
      expect(api.pods.size).to.equal(0);
    } finally {
      await exporter.stop();
    }
  });

  it('has a smaller sister that asks for files and processes of the node alone, pod after pod', async () => {
    const { KUBECONFIG } = process.env;
    const exporter = await startExporter([], { env: { KUBECONFIG, NODE_NAME: NODE } });
    try {
      await waitFor('the watch', () => api.server.watches > 0);
      const abort = new AbortController();
      const parameters = { pods: 1, replacedSeconds: 1 };
      const run = hostMountPod.run({ ...options, durationMs: 3_600_000, parameters }, abort.signal);
      await waitFor('the exporter to see it', async () => Object.keys(await riskyPods(exporter)).length > 0);
      expect(await riskyPods(exporter)).to.deep.equal({ host_path_pod: 1, host_pid_pod: 1 });
      await waitFor('the next pods', () => api.created.length >= 3);
      abort.abort();
      await run;
      expect(api.pods.size).to.equal(0);
      for (const { spec } of api.created) {
        const [container] = spec?.containers ?? [];
        expect(container?.securityContext).to.deep.include({
          runAsNonRoot: true,
          allowPrivilegeEscalation: false,
        });
        expect(container?.volumeMounts?.every(({ readOnly }) => readOnly)).to.equal(true);
        expect(spec).not.to.have.property('hostNetwork');
      }
    } finally {
      await exporter.stop();
    }
  });

  it('is as harmless as such a pod can be, and goes with its owner or its deadline', async () => {
    const abort = new AbortController();
    const run = riskyPod.run({ ...options, durationMs: 100_000, parameters: { pods: 3 } }, abort.signal);
    await waitFor('three pods', () => api.created.length >= 3);
    abort.abort();
    await run;
    expect(api.created).to.have.length(3);
    expect(api.pods.size).to.equal(0);
    const { metadata, spec } = api.created[0] as V1Pod;
    const { name, uid } = OWN.metadata ?? {};
    expect(metadata?.ownerReferences).to.deep.equal([{ apiVersion: 'v1', kind: 'Pod', name, uid }]);
    expect(spec).to.include({ nodeName: NODE, activeDeadlineSeconds: 130, restartPolicy: 'Never' });
    expect(spec?.automountServiceAccountToken).to.equal(false);
    const [container] = spec?.containers ?? [];
    expect(container?.image).to.equal('example/kubevigil:1');
    expect(container?.resources?.limits).to.deep.equal({ cpu: '50m', memory: '96Mi' });
    expect(container?.volumeMounts?.every(({ readOnly }) => readOnly)).to.equal(true);
  });

  it('stops when it is told to', async () => {
    const abort = new AbortController();
    const run = riskyPod.run({ ...options, durationMs: 3_600_000 }, abort.signal);
    await waitFor('the pod', () => api.pods.size > 0);
    abort.abort();
    await run;
    expect(api.pods.size).to.equal(0);
  });

  it('is deleted also when whoever started it was killed', async () => {
    const pod = new Servant([process.execPath, POD_MAIN, '0', join(folder, 'log'), folder]);
    await pod.answer();
    pod.order({ name: 'risky_pod', options: { ...options, durationMs: 3_600_000 } });
    await waitFor('the pod', () => api.pods.size > 0);
    pod.kill();
    await waitFor('the pod to be deleted', () => api.pods.size === 0);
  });

  it('fails in one line where it may not', async () => {
    api.server.overrides.unshift(({ method }, response) =>
      method === 'POST' ? refuseWith(response, 403, 'pods is forbidden') : false,
    );
    const error = await riskyPod.run(options).catch((reason: unknown) => reason);
    expect(String(error)).to.equal(
      'Error: scenario risky-pod failed: Error: the API server refused: pods is forbidden',
    );
    expect(api.created).to.deep.equal([]);
  });
});
