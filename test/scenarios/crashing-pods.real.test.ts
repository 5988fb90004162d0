import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { expect } from 'chai';
import { cpuThrottle } from '../../scenarios/attacks/cpu-throttle.ts';
import { crashLoop } from '../../scenarios/attacks/crash-loop.ts';
import { oomKill } from '../../scenarios/attacks/oom-kill.ts';
import { waitFor } from '../../tools/programs/wait.ts';
import { refuseWith } from '../support/api-server.ts';
import { type ExporterProcess, startExporter } from '../support/exporter.ts';
import { parseSeries } from '../support/series.ts';
import { NODE, OWN, PodsApi } from './support/pods-api.ts';

const HOUR_MS = 3_600_000;

describe('pods that crash or lack something', () => {
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

  const options = { durationMs: HOUR_MS, intensity: 1, folder: '' };

  /** Runs a scenario while something is done, and stops it then. */
  async function during(
    scenario: typeof crashLoop,
    act: () => Promise<void>,
    asked = options,
  ): Promise<void> {
    const abort = new AbortController();
    const run = scenario.run(asked, abort.signal);
    try {
      await act();
    } finally {
      abort.abort();
      await run;
    }
    expect(api.pods.size).to.equal(0);
  }

  const containers = ({ spec }: V1Pod) => (spec?.containers ?? []).map(({ name }) => name);

  async function restarts(exporter: ExporterProcess): Promise<Record<string, number>> {
    const page = await (await fetch(`http://${exporter.address}/metrics?collect[]=pods`)).text();
    const sums: Record<string, number> = {};
    for (const [series, value] of parseSeries(page)) {
      const [, reason] = /^kubevigil_container_restarts_total\{.*reason="(\w+)"/.exec(series) ?? [];
      if (reason !== undefined) sums[reason] = (sums[reason] ?? 0) + value;
    }
    return sums;
  }

  it('crash_loop is restarts for three reasons', async () => {
    const { KUBECONFIG } = process.env;
    const exporter = await startExporter([], { env: { KUBECONFIG, NODE_NAME: NODE } });
    try {
      await waitFor('the watch', () => api.server.watches > 0);
      await during(crashLoop, async () => {
        await waitFor('its pods', () => api.pods.size === 3);
        expect(await restarts(exporter)).to.deep.equal({ oom: 0, error: 0, completed: 0, other: 0 });
        for (let turn = 1; turn <= 2; turn++) {
          api.restartAll();
          await waitFor(
            'the exporter to count them',
            async () => (await restarts(exporter))['completed'] === 3 * turn,
          );
        }
        expect(await restarts(exporter)).to.deep.equal({ oom: 6, error: 6, completed: 6, other: 0 });
      });
    } finally {
      await exporter.stop();
    }
  });

  it('go one after the other, since the kubelet waits ever longer', async () => {
    const parameters = { pods: 2, replacedSeconds: 1 };
    await during(
      crashLoop,
      async () => {
        await waitFor('the first to be replaced', () => api.created.length > 3);
        expect(api.pods.size).to.be.at.most(2);
      },
      { ...options, ...{ parameters } },
    );
  });

  it('oom_kill has nothing but containers that run out of memory', async () => {
    await during(oomKill, async () => {
      await waitFor('its pods', () => api.pods.size === 3);
      for (const pod of api.created)
        expect(containers(pod)).to.deep.equal(['exhausts-1', 'exhausts-2', 'exhausts-3']);
    });
  });

  it('cpu_throttle is a pod that would use more of the CPU than it may', async () => {
    await during(cpuThrottle, async () => {
      await waitFor('its pod', () => api.pods.size === 1);
      const [container] = api.created[0]?.spec?.containers ?? [];
      expect(container?.resources?.limits?.['cpu']).to.equal('200m');
      expect(container?.command).to.deep.equal(['sh', '-c', 'while :; do :; done & while :; do :; done']);
    });
  });

  for (const scenario of [crashLoop, oomKill, cpuThrottle]) {
    it(`${scenario.name} has no rights, and goes with its owner or its deadline`, async () => {
      await scenario.run({ ...options, durationMs: 1_000 });
      expect(api.created).not.to.deep.equal([]);
      expect(api.pods.size).to.equal(0);
      const { metadata, spec } = api.created[0] as V1Pod;
      const { name, uid } = OWN.metadata ?? {};
      expect(metadata?.ownerReferences).to.deep.equal([{ apiVersion: 'v1', kind: 'Pod', name, uid }]);
      expect(spec).to.include({
        nodeName: NODE,
        activeDeadlineSeconds: 31,
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 0,
      });
      expect(spec?.hostNetwork ?? spec?.hostPID ?? spec?.volumes).to.equal(undefined);
      for (const { image, resources, securityContext } of spec?.containers ?? []) {
        expect(image).to.equal('example/kubevigil:1');
        expect(resources?.limits).to.have.all.keys('cpu', 'memory');
        expect(securityContext).to.include({ allowPrivilegeEscalation: false, runAsNonRoot: true });
        expect(securityContext?.capabilities).to.deep.equal({ drop: ['ALL'] });
      }
    });
  }

  it('fail in one line where they may not be made', async () => {
    api.server.overrides.unshift(({ method }, response) =>
      method === 'POST' ? refuseWith(response, 403, 'pods is forbidden') : false,
    );
    const error = await crashLoop.run(options).catch((reason: unknown) => reason);
    expect(String(error)).to.equal(
      'Error: scenario crash-loop failed: Error: the API server refused: pods is forbidden',
    );
  });

  it('are refused outside of Kubernetes where they need it', async () => {
    process.env['POD_NAME'] = '';
    const error = await crashLoop.check(options).catch((reason: unknown) => reason);
    expect(String(error)).to.equal(
      'ScenarioRefusal: crash_loop: needs Kubernetes: a cluster, POD_NAMESPACE and POD_NAME',
    );
  });
});
