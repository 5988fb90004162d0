import { expect } from 'chai';
import { apiAbuse } from '../../../scenarios/attacks/api-abuse.ts';
import { ApiServer, refuseWith } from '../../support/api-server.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { whileOn } from '../support/footprint.ts';

/** More than are asked in a test. */
const REFUSALS = 1_000;
/** On a machine that others keep busy. */
const LONG_ENOUGH_TO_ASK_MS = 4_000;

describe('the footprint of api_abuse', () => {
  const folder = temporaryFolder();
  const server = new ApiServer();
  const environment = { ...process.env };

  before(async () => {
    await server.start();
    server.accessReview = () => ({ allowed: false });
    // As for a service account that nobody gave anything.
    for (let i = 0; i < REFUSALS; i++)
      server.overrides.push(
        ({ method }, response) => method === 'GET' && refuseWith(response, 403, 'Forbidden'),
      );
    Object.assign(process.env, {
      KUBECONFIG: server.writeKubeconfig(folder()),
      POD_NAMESPACE: 'lab',
      POD_NAME: 'scenarios-1',
      NODE_NAME: 'worker-7',
    });
  });
  after(async () => {
    process.env = environment;
    await server.stop();
  });

  it('is reviews of its own rights, and refused requests that only read', async () => {
    const asked = () => server.requests.map(({ method, path }) => `${method} ${path}`);
    await whileOn(apiAbuse, () => new Set(asked()).size >= 7);
    expect(asked()).to.include.members([
      'POST /apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
      'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      'GET /api/v1/namespaces/kube-system/secrets',
      'GET /api/v1/secrets',
      'GET /api/v1/nodes/worker-7/proxy/healthz',
    ]);
    const writes = server.requests.filter(
      ({ method, path }) => method !== 'GET' && !path.startsWith('/apis/authorization.k8s.io/v1/selfsubject'),
    );
    expect(writes).to.deep.equal([]);
    expect(new Set(server.requests.map(({ token }) => token))).to.deep.equal(new Set(['first']));
    const lists = server.requests.filter(({ path }) => /(secrets|nodes|clusterroles)$/.test(path));
    expect(lists.map(({ query }) => query.get('limit'))).to.satisfy((limits: string[]) =>
      limits.every((limit) => limit === '1'),
    );
  });

  it('is none outside of clusters, and a failure where no API server answers', async () => {
    const options = { durationMs: LONG_ENOUGH_TO_ASK_MS, intensity: 1, folder: folder() };
    await server.stop();
    const failed = await apiAbuse.run(options).catch((error: Error) => error.message);
    expect(failed).to.match(
      /^scenario api-abuse failed: Error: the API server answers nothing: .*(?:ECONNREFUSED|ECONNRESET|hang up)/,
    );
    process.env['KUBECONFIG'] = '';
    const refused = await apiAbuse.run(options).catch((error: Error) => error.message);
    expect(refused).to.equal('api_abuse: needs Kubernetes: a cluster, POD_NAMESPACE and POD_NAME');
  });
});
