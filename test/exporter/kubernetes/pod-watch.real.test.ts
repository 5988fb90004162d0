import type { V1Pod } from '@kubernetes/client-node';
import { expect } from 'chai';
import { inCluster } from '../../../exporter/kubernetes/in-cluster.ts';
import { PodStore } from '../../../exporter/kubernetes/pod-store.ts';
import { PodWatch } from '../../../exporter/kubernetes/pod-watch.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { ApiServer, refuseWith } from '../../support/api-server.ts';
import { recordedPods } from '../../support/recorded-pods.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const PATIENCE = { minWaitMs: 5, maxWaitMs: 40, watchMs: 60_000, graceMs: 2_000 };
const WEB = '8a3d9f4e-3c59-4be9-9f1a-2f6a1f3d7c11';

describe('PodWatch', () => {
  const folder = temporaryFolder();
  let server: ApiServer;
  let account: string;
  let store: PodStore;
  let watch: PodWatch;
  let running: Promise<void> | undefined;

  beforeEach(async () => {
    server = new ApiServer();
    for (const pod of recordedPods()) server.put(pod);
    await server.start();
    account = folder();
    server.writeServiceAccount(account, 'first');
    running = undefined;
  });
  afterEach(async () => {
    watch.stop();
    await running;
    await server.stop();
  });

  function start(patience = PATIENCE): void {
    const [KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT] = server.address.split(':');
    const access = inCluster({ KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT }, account);
    if (access === undefined) throw new Error('not in a cluster');
    store = new PodStore();
    watch = new PodWatch(access, 'node-7', store, patience);
    running = watch.run();
  }

  const names = () =>
    store
      .list()
      .map(({ metadata }) => metadata?.name)
      .sort();
  const until = (what: string, holds: () => boolean) => waitFor(what, holds);
  const following = () => until('the watch', () => server.watches === 1 && watch.error === undefined);
  const lists = () => server.requests.filter(({ query }) => !query.has('watch'));
  const watches = () => server.requests.filter(({ query }) => query.has('watch'));
  const pod = (name: string, more: Partial<V1Pod['spec'] & object> = {}): V1Pod => ({
    metadata: { name, namespace: 'shop', uid: `uid-${name}` },
    spec: { containers: [{ name: 'main' }], nodeName: 'node-7', ...more },
  });

  it('knows the pods of its node, and follows what is added, changed and deleted', async () => {
    server.put(pod('elsewhere', { nodeName: 'node-8' }));
    start();
    await following();
    expect(names()).to.deep.equal(['kube-proxy-node-7', 'new-1', 'report-28391', 'web-0']);
    server.put(pod('late'));
    server.put(pod('also-elsewhere', { nodeName: 'node-8' }));
    server.put({ ...pod('late'), metadata: { ...pod('late').metadata, labels: { a: 'b' } } });
    server.delete(WEB);
    await until('the changes', () => !names().includes('web-0'));
    expect(names()).to.deep.equal(['kube-proxy-node-7', 'late', 'new-1', 'report-28391']);
    const late = store.list().find(({ metadata }) => metadata?.name === 'late');
    expect(late?.metadata?.labels).to.deep.equal({ a: 'b' });
    expect(lists()).to.have.length(1);
  });

  it('lists in pages', async () => {
    server.pageSize = 1;
    start();
    await following();
    expect(names()).to.have.length(4);
    expect(lists().map(({ query }) => query.get('continue'))).to.deep.equal([null, '1', '2', '3']);
  });

  it('goes on after a disconnection from the last version that it saw, bookmarks included', async () => {
    start();
    await following();
    server.bookmark();
    server.put(pod('one'));
    await until('the first', () => names().includes('one'));
    server.bookmark();
    // What comes after it is known, so it has been read.
    server.tellAgain(pod('marker'));
    await until('the bookmark', () => names().includes('marker'));
    server.endWatches((response) => response.socket?.destroy());
    server.put(pod('two'));
    await until('the second', () => names().includes('two'));
    server.endWatches();
    server.delete('uid-one');
    await until('the third', () => !names().includes('one'));
    expect(lists()).to.have.length(1);
    const versions = watches().map(({ query }) => Number(query.get('resourceVersion')));
    expect(versions[1]).to.be.greaterThan(Number(versions[0]) + 2);
    for (const { query } of watches()) expect(query.get('allowWatchBookmarks')).to.equal('true');
  });

  it('lists again when the server has forgotten where it was, and drops what went meanwhile', async () => {
    start();
    await following();
    server.overrides.push((_, response) => refuseWith(response, 503, 'ServiceUnavailable'));
    server.endWatches();
    server.delete(WEB);
    server.put(pod('late'));
    server.compact();
    await until('the new list', () => names().includes('late'));
    expect(names()).not.to.include('web-0');
    await following();
    expect(lists().map(({ query }) => query.get('resourceVersion'))).to.deep.equal(['0', null]);
  });

  it('lists again when a watch is refused with 410, or a page came too late', async () => {
    start();
    await following();
    server.overrides.push((_, response) => refuseWith(response, 410, 'Expired'));
    server.overrides.push(
      ({ query }, response) => query.has('continue') && refuseWith(response, 410, 'Expired'),
    );
    server.pageSize = 2;
    server.endWatches();
    await until('the third list', () => lists().length === 5);
    await following();
    expect(names()).to.have.length(4);
  });

  it('takes a line that is cut into pieces, and drops one that broke off', async () => {
    start();
    await following();
    server.endWatches((response) => {
      response.write('{"type":"ADDED","object":{"metadata":{"na');
      response.end();
    });
    server.put(pod('late'));
    await until('the next pod', () => names().includes('late'));
    expect(lists()).to.have.length(1);
    expect(watch.error).to.equal(undefined);
  });

  it('says so when lines are no JSON, and goes on', async () => {
    start({ ...PATIENCE, minWaitMs: 200, maxWaitMs: 400 });
    await following();
    server.endWatches((response) => response.end('<html>\n'));
    await until('the complaint', () => /a line that is no JSON/.test(watch.error?.message ?? ''));
    await following();
    server.put(pod('late'));
    await until('the next pod', () => names().includes('late'));
  });

  it('says so when a pod is not what it should be, and knows the others still', async () => {
    start();
    await following();
    server.put({ metadata: { uid: 'x' }, spec: { nodeName: 'node-7', containers: 5 } } as unknown as V1Pod);
    await until('the complaint', () => /a pod is not what it should be/.test(watch.error?.message ?? ''));
    expect(names()).to.have.length(4);
  });

  it('reads a token that was replaced', async () => {
    start();
    await following();
    server.tokens.clear();
    server.tokens.add('second');
    server.endWatches();
    await until('the denial', () => watch.error?.code === 'unreadable');
    expect(names()).to.have.length(4);
    server.writeServiceAccount(account, 'second');
    await following();
    expect(lists()).to.have.length(1);
    expect(watches().at(-1)?.token).to.equal('second');
  });

  it('works once the server is there, though it was away at the start, and survives its restart', async () => {
    await server.stop();
    start();
    await until('a failure', () => /ECONNREFUSED/.test(watch.error?.message ?? ''));
    expect(watch.error?.code).to.equal('failed');
    expect(store.complete).to.equal(false);
    await server.start();
    await following();
    expect(names()).to.have.length(4);
    await server.stop();
    await until('a failure', () => watch.error !== undefined);
    expect(names()).to.have.length(4);
    await server.start();
    await following();
  });

  it('leaves a server alone for as long as it asks for', async () => {
    let refused = 0;
    server.overrides.push((_, response) => {
      refused = Date.now();
      return refuseWith(response, 429, 'TooManyRequests', { 'Retry-After': '1' });
    });
    start();
    await following();
    // Timers may end a millisecond early.
    expect(Date.now() - refused).to.be.at.least(999);
    expect(lists()).to.have.length(2);
  });

  it('does not ask without end when the server is busy, forbids or ends each watch at once', async () => {
    start({ ...PATIENCE, minWaitMs: 200, maxWaitMs: 60_000 });
    for (let i = 0; i < 100; i++)
      server.overrides.push((_, response) => refuseWith(response, 403, 'Forbidden'));
    await until('the denial', () => watch.error?.code === 'unreadable');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(server.requests.length).to.be.below(5);
    expect(watch.error?.message).to.equal('pods: the API server answered 403: Forbidden');
  });

  it('gives up on a server that takes a request and never answers', async () => {
    start({ ...PATIENCE, graceMs: 100 });
    await following();
    // Each try meets one, so that the complaint stands for as long as it is looked for.
    server.overrides.push(...Array.from({ length: 1_000 }, () => () => true));
    server.endWatches();
    await until('the complaint', () => /did not answer in time/.test(watch.error?.message ?? ''));
    server.overrides.length = 0;
    await following();
  });

  it('takes a watch on which nothing comes any more for dead', async () => {
    start({ ...PATIENCE, watchMs: 100, graceMs: 100 });
    await until('the second watch', () => watches().length >= 3);
    expect(lists()).to.have.length(1);
    expect(watch.error).to.equal(undefined);
  });

  it('does not trust a server of another authority', async () => {
    const other = new ApiServer();
    other.writeServiceAccount(account, 'first');
    start();
    await until('a failure', () => /CERT_SIGNATURE_FAILURE/.test(watch.error?.message ?? ''));
    expect(server.requests).to.deep.equal([]);
  });

  it('keeps no environment, and nothing else that it does not need', async () => {
    start();
    await following();
    const kept = JSON.stringify(store.list());
    expect(kept).not.to.contain('not to be kept').and.not.contain('managedFields');
  });
});
