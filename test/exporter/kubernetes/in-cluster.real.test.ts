import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { inCluster } from '../../../exporter/kubernetes/in-cluster.ts';
import { ApiServer } from '../../support/api-server.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe('inCluster', () => {
  const folder = temporaryFolder();

  it('finds the server by the environment, and none outside of clusters', () => {
    expect(inCluster({})).to.equal(undefined);
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
    expect(inCluster(env)?.server).to.equal('https://[fd00::1]:6443');
    expect(inCluster({ KUBERNETES_SERVICE_HOST: '10.96.0.1' })?.server).to.equal('https://10.96.0.1:443');
  });

  it('reads the token for each request, and says which file is missing', async () => {
    const account = folder();
    const server = new ApiServer();
    const access = inCluster({ KUBERNETES_SERVICE_HOST: '10.96.0.1' }, account);
    const denied = await access?.requestOptions().catch((error: unknown) => error);
    expect(denied).to.include({ code: 'unauthorized', message: 'service account: token: ENOENT' });
    for (const token of ['one', 'two']) {
      server.writeServiceAccount(account, `${token}\n`);
      expect((await access?.requestOptions())?.headers).to.deep.equal({ Authorization: `Bearer ${token}` });
    }
    unlinkSync(join(account, 'ca.crt'));
    const unsure = await access?.requestOptions().catch((error: unknown) => error);
    expect(unsure).to.include({ code: 'unauthorized', message: 'service account: ca.crt: ENOENT' });
  });
});
