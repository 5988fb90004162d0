import { mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { expect } from 'chai';
import { riskyPod } from '../../scenarios/attacks/risky-pod.ts';
import { waitFor } from '../../tools/programs/wait.ts';
import { ApiServer, refuseWith } from '../support/api-server.ts';
import { type ExporterProcess, startExporter } from '../support/exporter.ts';
import { parseSeries } from '../support/series.ts';
import { Servant } from './support/servant.ts';
import { POD_MAIN } from './support/stage-pod.ts';

const NAMESPACE = 'kubevigil';
const NODE = 'worker-7';
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;
const OWN: V1Pod = {
  metadata: { name: 'scenarios-1', namespace: NAMESPACE, uid: 'a1b2c3d4-0000-4000-8000-000000000001' },
  spec: { nodeName: NODE, containers: [{ name: 'scenarios', image: 'example/kubevigil:1' }] },
  status: { phase: 'Running' },
};

function answer(response: ServerResponse, status: number, value: object): true {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
  return true;
}

describe('risky_pod', () => {
  let folder: string;
  let server: ApiServer;
  /** What was created and not deleted, by name. */
  let pods: Map<string, V1Pod>;
  let created: V1Pod[];
  let environment: NodeJS.ProcessEnv;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubevigil-test-'));
    server = new ApiServer();
    await server.start();
    server.put(OWN);
    pods = new Map();
    created = [];
    serveNamespace();
    environment = { ...process.env };
    Object.assign(process.env, {
      KUBECONFIG: server.writeKubeconfig(folder),
      POD_NAMESPACE: NAMESPACE,
      POD_NAME: OWN.metadata?.name,
    });
  });
  afterEach(async () => {
    process.env = environment;
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  /** What the API server does with the pods of a namespace, for as many requests as come. */
  function serveNamespace(): void {
    server.overrides.push(function serve({ method, path, query, token, body }, response) {
      if (!path.startsWith(PODS)) return false;
      server.overrides.push(serve);
      if (!server.tokens.has(token)) return refuseWith(response, 401, 'Unauthorized');
      const name = path.slice(PODS.length + 1);
      if (method === 'POST') return answer(response, 201, create(body as V1Pod));
      if (method === 'GET' && name === OWN.metadata?.name) return answer(response, 200, OWN);
      const pod = pods.get(name);
      if (method !== 'DELETE' || pod === undefined) return refuseWith(response, 404, 'NotFound');
      expect(query.get('gracePeriodSeconds')).to.equal('0');
      pods.delete(name);
      server.delete(pod.metadata?.uid ?? '');
      return answer(response, 200, pod);
    });
  }

  function create(body: V1Pod): V1Pod {
    const number = created.length + 1;
    const name = `${body.metadata?.generateName}${number}`;
    const uid = `a1b2c3d4-0000-4000-8000-00000000001${number}`;
    const pod = { ...body, metadata: { ...body.metadata, name, namespace: NAMESPACE, uid } };
    created.push(pod);
    pods.set(name, pod);
    server.put(pod);
    return pod;
  }

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
      await waitFor('the watch', () => server.watches > 0);
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
      expect(pods.size).to.equal(0);
    } finally {
      await exporter.stop();
    }
  });

  it('is as harmless as such a pod can be, and goes with its owner or its deadline', async () => {
    await riskyPod.run({ ...options, durationMs: 300, parameters: { pods: 3 } });
    expect(created).to.have.length(3);
    expect(pods.size).to.equal(0);
    const { metadata, spec } = created[0] as V1Pod;
    const { name, uid } = OWN.metadata ?? {};
    expect(metadata?.ownerReferences).to.deep.equal([{ apiVersion: 'v1', kind: 'Pod', name, uid }]);
    expect(spec).to.include({ nodeName: NODE, activeDeadlineSeconds: 31, restartPolicy: 'Never' });
    expect(spec?.automountServiceAccountToken).to.equal(false);
    const [container] = spec?.containers ?? [];
    expect(container?.image).to.equal('example/kubevigil:1');
    expect(container?.resources?.limits).to.deep.equal({ cpu: '50m', memory: '96Mi' });
    expect(container?.volumeMounts?.every(({ readOnly }) => readOnly)).to.equal(true);
  });

  it('stops when it is told to', async () => {
    const abort = new AbortController();
    const run = riskyPod.run({ ...options, durationMs: 3_600_000 }, abort.signal);
    await waitFor('the pod', () => pods.size > 0);
    abort.abort();
    await run;
    expect(pods.size).to.equal(0);
  });

  it('is deleted also when whoever started it was killed', async () => {
    const pod = new Servant([process.execPath, POD_MAIN, '0', join(folder, 'log'), folder]);
    await pod.answer();
    pod.order({ name: 'risky_pod', options: { ...options, durationMs: 3_600_000 } });
    await waitFor('the pod', () => pods.size > 0);
    pod.kill();
    await waitFor('the pod to be deleted', () => pods.size === 0);
  });

  it('fails in one line where it may not', async () => {
    server.overrides.unshift(({ method }, response) =>
      method === 'POST' ? refuseWith(response, 403, 'pods is forbidden') : false,
    );
    const error = await riskyPod.run(options).catch((reason: unknown) => reason);
    expect(String(error)).to.equal(
      'Error: scenario risky-pod failed: Error: the API server refused: pods is forbidden',
    );
    expect(created).to.deep.equal([]);
  });
});
