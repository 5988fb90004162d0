import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { expect } from 'chai';
import { PodNames } from '../../../exporter/kubernetes/pod-names.ts';
import { PodStore } from '../../../exporter/kubernetes/pod-store.ts';
import { recordedPods, storeOf } from '../../support/recorded-pods.ts';

const WEB = '8a3d9f4e-3c59-4be9-9f1a-2f6a1f3d7c11';
const id = (byte: string) => byte.repeat(32);
const nginx = { namespace: 'shop', pod: 'web-0', container: 'nginx' };

describe('PodNames', () => {
  it('knows containers by their ids, also init containers and the run before', () => {
    const { names } = storeOf(recordedPods());
    expect(names.container(id('a7'))).to.deep.equal(nginx);
    expect(names.container(id('a6'))).to.deep.equal(nginx);
    expect(names.container(id('b8'))).to.deep.equal({ ...nginx, container: 'migrate' });
    expect(names.container('')).to.equal(undefined);
    expect(names.container(id('ff'))).to.equal(undefined);
  });

  it('knows pods by their uid, static ones by the hash that their cgroup is named by', () => {
    const { names } = storeOf(recordedPods());
    expect(names.pod(WEB)).to.deep.equal({ namespace: 'shop', pod: 'web-0' });
    const proxy = { namespace: 'kube-system', pod: 'kube-proxy-node-7' };
    expect(names.pod('0123456789abcdef0123456789abcdef')).to.deep.equal(proxy);
    expect(names.pod('5d1c7be0-73e5-4a62-9f6a-6a0f5d8f3b02')).to.deep.equal(proxy);
  });

  it('still knows for some minutes who is gone, and no more of them than it should', () => {
    const names = new PodNames();
    const pod = (containerID: string): V1Pod => ({
      metadata: { uid: 'u', name: 'p', namespace: 'n' },
      spec: { containers: [{ name: 'c' }] },
      status: { containerStatuses: [{ name: 'c', containerID } as V1ContainerStatus] },
    });
    const known = { namespace: 'n', pod: 'p', container: 'c' };
    names.update(undefined, pod('cri-o://0'), 0);
    names.update(pod('cri-o://0'), pod('cri-o://1'), 0);
    expect([names.container('0'), names.container('1')]).to.deep.equal([known, known]);
    names.update(pod('cri-o://1'), undefined, 300_000);
    expect([names.container('0'), names.pod('u')?.pod]).to.deep.equal([known, 'p']);
    names.update(undefined, pod('cri-o://2'), 400_000);
    names.update(pod('cri-o://2'), undefined, 400_000);
    expect([names.container('0'), names.container('1')]).to.deep.equal([undefined, known]);
    for (let i = 0; i < 10_000; i++) {
      names.update(undefined, pod(`x://${i}`), 400_000);
      names.update(pod(`x://${i}`), undefined, 400_000);
    }
    expect(names.container('5000')).to.equal(undefined);
    expect(names.container('9999')).to.deep.equal(known);
  });
});

describe('PodStore', () => {
  const [web] = recordedPods();

  /** The pod as it is after a number of restarts. */
  function restarted(restartCount: number, reason: string | undefined, uid = WEB): V1Pod {
    const pod = structuredClone(web) as V1Pod;
    pod.metadata = { ...pod.metadata, uid };
    for (const status of pod.status?.containerStatuses ?? []) {
      status.restartCount = restartCount;
      status.lastState = { terminated: { exitCode: 1, ...(reason !== undefined && { reason }) } };
    }
    return pod;
  }

  function counts(store: PodStore, container = 'nginx', nowMs?: number): Record<string, number> {
    const series = store.restarts.series(store.list(), nowMs);
    const own = series.filter(({ owner }) => owner.container === container);
    return Object.fromEntries(own.map(({ reason, count }) => [reason, count]));
  }

  it('counts restarts since the first list by the reason of the end before, from 0 on', () => {
    const store = storeOf(recordedPods());
    expect(counts(store)).to.deep.equal({ oom: 0, error: 0, completed: 0, other: 0 });
    expect(counts(store, 'migrate')).to.deep.equal({ oom: 0, error: 0, completed: 0, other: 0 });
    store.put(restarted(3, 'OOMKilled'));
    store.put(restarted(3, 'OOMKilled'));
    store.put(restarted(4, 'Error'));
    store.put(restarted(5, 'Completed'));
    store.put(restarted(6, 'ContainerCannotRun'));
    store.put(restarted(7, undefined));
    expect(counts(store)).to.deep.equal({ oom: 1, error: 1, completed: 1, other: 2 });
  });

  it('knows the reason of the last only, when it sees several at once', () => {
    const store = storeOf(recordedPods());
    store.put(restarted(5, 'Error'));
    expect(counts(store)).to.deep.equal({ oom: 0, error: 1, completed: 0, other: 2 });
  });

  it('counts all restarts of a pod that came later, and goes on for one that is made anew', () => {
    const store = storeOf([]);
    store.put(restarted(1, 'Error', 'first'));
    store.delete('first');
    store.put(restarted(1, 'OOMKilled', 'second'));
    store.put(restarted(0, undefined, 'second'));
    store.put(restarted(1, 'OOMKilled', 'second'));
    expect(counts(store)).to.deep.equal({ oom: 2, error: 1, completed: 0, other: 0 });
  });

  it('keeps the counts of a pod that is gone for at least five minutes', () => {
    const store = storeOf([restarted(0, undefined)]);
    store.put(restarted(1, 'Error'));
    const now = performance.now();
    store.delete(WEB);
    expect(counts(store, 'nginx', now + 300_000)).to.include({ error: 1 });
    expect(counts(store, 'nginx', now + 900_000)).to.deep.equal({});
  });

  it('refuses more pods than a node has, instead of growing', () => {
    const store = new PodStore();
    const fill = () => {
      for (let i = 0; i < 10_000; i++) store.put({ metadata: { uid: String(i) } });
    };
    expect(fill).to.throw('this node has more than 2000 pods');
    expect(store.list()).to.have.length(2_000);
  });
});
