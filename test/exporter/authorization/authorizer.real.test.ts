import { expect } from 'chai';
import { createLogger } from '../../../common/log.ts';
import type { Authorize } from '../../../exporter/authorization/authorizer.ts';
import { kubernetesAuthorizer } from '../../../exporter/authorization/authorizer.ts';
import { ExpiringMap } from '../../../exporter/authorization/expiring-map.ts';
import { inCluster } from '../../../exporter/kubernetes/in-cluster.ts';
import { ApiServer, refuseWith } from '../../support/api-server.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const USER = {
  username: 'system:serviceaccount:monitoring:prometheus',
  uid: 'f0e1',
  groups: ['system:serviceaccounts', 'system:authenticated'],
  extra: { 'authentication.kubernetes.io/pod-name': ['prometheus-0'] },
};

describe('kubernetesAuthorizer', () => {
  const folder = temporaryFolder();
  let server: ApiServer;
  let authorize: Authorize;
  let log: string[];

  beforeEach(async () => {
    server = new ApiServer();
    await server.start();
    server.tokenReview = ({ token }) =>
      token === 'good' || token === 'weak' ? { authenticated: true, user: USER } : { authenticated: false };
    server.accessReview = () => ({ allowed: true });
    open();
  });
  afterEach(() => server.stop());

  function open(audiences: readonly string[] = []): void {
    const account = folder();
    server.writeServiceAccount(account, 'first');
    const [KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT] = server.address.split(':');
    const access = inCluster({ KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT }, account);
    if (access === undefined) throw new Error('not in a cluster');
    log = [];
    const logger = createLogger({ level: 'info', format: 'logfmt' }, (line) => log.push(line));
    authorize = kubernetesAuthorizer(access, audiences, logger);
  }

  const specs = () => server.requests.map(({ body }) => (body as { spec: unknown }).spec);

  it('opens to a user of the cluster who may GET the path, and asks as the API has it', async () => {
    expect(await authorize('good', '/metrics')).to.equal('allowed');
    expect(server.requests.map(({ method, path, token }) => [method, path, token])).to.deep.equal([
      ['POST', '/apis/authentication.k8s.io/v1/tokenreviews', 'first'],
      ['POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', 'first'],
    ]);
    const { username, ...identity } = USER;
    expect(specs()).to.deep.equal([
      { token: 'good' },
      { user: username, ...identity, nonResourceAttributes: { path: '/metrics', verb: 'get' } },
    ]);
  });

  it('refuses a token that is nobody’s, without a second question', async () => {
    expect(await authorize('bad', '/metrics')).to.equal('unauthenticated');
    expect(server.requests).to.have.length(1);
  });

  const refusals: [string, object | undefined, string][] = [
    ['not allowed', { allowed: false }, 'forbidden'],
    ['denied', { allowed: true, denied: true }, 'forbidden'],
    ['no answer to the question', {}, 'forbidden'],
    ['a text instead of true', { allowed: 'true' }, 'forbidden'],
  ];
  for (const [name, status, decision] of refusals) {
    it(`refuses a user whom the API server answers with: ${name}`, async () => {
      server.accessReview = () => status;
      expect(await authorize('good', '/metrics')).to.equal(decision);
    });
  }

  const identities: [string, object][] = [
    ['without a user', { authenticated: true }],
    ['without a name', { authenticated: true, user: { username: '' } }],
    ['not said to be authenticated', { user: USER }],
  ];
  for (const [name, status] of identities) {
    it(`refuses an identity ${name}`, async () => {
      server.tokenReview = () => status;
      expect(await authorize('good', '/metrics')).to.equal('unauthenticated');
    });
  }

  it('takes tokens for its audience only, also from a server that does not know of audiences', async () => {
    open(['kubevigil']);
    for (const [audiences, decision] of [
      [['kubevigil'], 'allowed'],
      [['vault'], 'unauthenticated'],
      [undefined, 'unauthenticated'],
    ] as const) {
      server.tokenReview = () => ({ authenticated: true, user: USER, audiences });
      expect(await authorize(`token of ${audiences}`, '/metrics')).to.equal(decision);
    }
    expect(specs()[0]).to.deep.include({ audiences: ['kubevigil'] });
  });

  describe('does not open, and says so once, when the API server', () => {
    const failures: [string, () => void | Promise<void>][] = [
      ['is down', () => server.stop()],
      ['does not know us', () => server.tokens.clear()],
      ['forbids us to ask', () => void overrideAll((response) => refuseWith(response, 403, 'Forbidden'))],
      ['fails', () => void overrideAll((response) => refuseWith(response, 500, 'InternalError'))],
      ['answers nonsense', () => void overrideAll((response) => Boolean(response.end('<html>')))],
      ['answers without a status', () => void overrideAll((response) => Boolean(response.end('{}')))],
      ['answers an empty body', () => void overrideAll((response) => Boolean(response.end()))],
      ['breaks off', () => void overrideAll((response) => Boolean(response.socket?.destroy()))],
    ];
    function overrideAll(answer: (response: Parameters<ApiServer['overrides'][number]>[1]) => boolean): void {
      for (let i = 0; i < 10; i++) server.overrides.push((_, response) => answer(response));
    }
    for (const [name, fail] of failures) {
      it(name, async () => {
        await fail();
        for (let i = 0; i < 3; i++) expect(await authorize('good', '/metrics')).to.equal('unavailable');
        expect(log).to.have.length(1);
        expect(log[0]).to.contain('level=error').and.not.contain('good');
      });
    }

    it('is slow', async () => {
      server.tokenReview = () => undefined;
      expect(await authorize('good', '/metrics')).to.equal('unavailable');
      expect(log[0]).to.match(/did not answer in time|broke off|ABORT/);
    });

    it('fails at the second question', async () => {
      server.overrides.push(
        ({ path }, response) =>
          path.endsWith('subjectaccessreviews') && refuseWith(response, 503, 'ServiceUnavailable'),
      );
      expect(await authorize('good', '/metrics')).to.equal('unavailable');
      expect(await authorize('good', '/metrics')).to.equal('allowed');
      expect(log[1]).to.contain('authorized again');
    });
  });

  it('remembers what it was told, for each path and token by itself', async () => {
    const all = await Promise.all(Array.from({ length: 200 }, () => authorize('good', '/metrics')));
    expect(new Set(all)).to.deep.equal(new Set(['allowed']));
    expect(server.requests).to.have.length(2);
    server.accessReview = () => ({ allowed: false });
    expect(await authorize('good', '/metrics')).to.equal('allowed');
    expect(await authorize('good', '/')).to.equal('forbidden');
    expect(await authorize('weak', '/metrics')).to.equal('forbidden');
    expect(await authorize('weak', '/metrics')).to.equal('forbidden');
    expect(server.requests).to.have.length(6);
  });

  it('does not pass a flood of made-up tokens on, nor forget a good one for it', async () => {
    await authorize('good', '/metrics');
    const before = server.requests.length;
    const flood = await Promise.all(Array.from({ length: 500 }, (_, i) => authorize(`t${i}`, '/metrics')));
    expect(flood.filter((decision) => decision === 'unauthenticated')).to.have.length(16);
    expect(new Set(flood)).to.deep.equal(new Set(['unauthenticated', 'unavailable']));
    expect(server.requests.length - before).to.equal(16);
    expect(await authorize('good', '/metrics')).to.equal('allowed');
    expect(server.requests.length - before).to.equal(16);
  });
});

describe('ExpiringMap', () => {
  it('forgets after a while, and the oldest when there are too many', () => {
    const map = new ExpiringMap<number>(10, 2);
    map.set('a', 1, 0);
    expect([map.get('a', 9), map.get('a', 10)]).to.deep.equal([1, undefined]);
    map.set('a', 1, 0);
    map.set('b', 2, 0);
    map.set('a', 3, 0);
    map.set('c', 4, 0);
    expect(['a', 'b', 'c'].map((key) => map.get(key, 1))).to.deep.equal([3, undefined, 4]);
  });
});
