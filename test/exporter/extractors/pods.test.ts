import { expect } from 'chai';
import { pods } from '../../../exporter/extractors/pods.ts';
import { PodStore } from '../../../exporter/kubernetes/pod-store.ts';
import { PodWatch } from '../../../exporter/kubernetes/pod-watch.ts';
import { extractOnce, seriesLines } from '../../support/extract.ts';
import { fixtureHost } from '../../support/fixture-host.ts';
import { recordedWatch } from '../../support/recorded-pods.ts';
import { services } from '../../support/services.ts';

describe('pods', () => {
  it('exposes restarts of every container, and the pods that rules call risky', async () => {
    const { samples, errors } = await extractOnce(pods, fixtureHost());
    expect(errors).to.deep.equal([]);
    const lines = seriesLines(samples);
    expect(lines).to.include(
      'kubevigil_container_restarts_total{reason="oom",namespace="shop",pod="web-0",container="nginx"} 0',
    );
    const risky = lines.filter((line) => line.startsWith('kubevigil_risky_pods') && line.endsWith(' 1'));
    expect(risky).to.have.members(
      ['privileged_pod', 'host_path_pod', 'host_network_pod'].map(
        (rule) => `kubevigil_risky_pods{rule="${rule}",namespace="kube-system",pod="kube-proxy-node-7"} 1`,
      ),
    );
    expect(lines).to.include('kubevigil_risky_pods{rule="host_pid_pod",namespace="",pod=""} 0');
  });

  it('is not there without Kubernetes, which is no failure', async () => {
    const state = await pods.open?.(await services({ podWatch: undefined }));
    const absent = await Promise.resolve()
      .then(() => extractOnce(pods, fixtureHost(), state))
      .catch((error: unknown) => error);
    expect(absent).to.include({ code: 'absent', path: 'kubernetes/pods' });
  });

  it('has failed, with no zero anywhere, as long as the pods could not be listed', async () => {
    const access = { server: 'https://127.0.0.1:1', requestOptions: async () => ({}) };
    const podWatch = new PodWatch(access, 'node-7', new PodStore());
    const state = await pods.open?.(await services({ podWatch }));
    const { samples, errors } = await extractOnce(pods, fixtureHost(), state);
    expect(samples).to.deep.equal([]);
    expect(errors.map(({ code, message }) => [code, message])).to.deep.equal([
      ['failed', 'the pods are not listed yet'],
    ]);
    expect(recordedWatch().error).to.equal(undefined);
  });
});
