import { hashSync } from 'bcryptjs';
import { expect } from 'chai';
import fc from 'fast-check';
import { isOpenPage } from '../../../common/web/open-pages.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { server } from './support/served.ts';

describe('pages without a password', () => {
  const serve = server(temporaryFolder());

  it('are health and readiness, for the probes of a kubelet, and no other', async () => {
    const users = { prometheus: hashSync('right', 4) };
    const { get } = await serve({ 'web.yml': { basic_auth_users: users } });
    const status = async (path: string, method = 'GET') => (await get({ path, method })).status;
    for (const path of ['/-/healthy', '/-/ready', '/-/ready?verbose'])
      expect(await status(path), path).to.equal(200);
    for (const path of [
      '/metrics',
      '/',
      '/-/healthy/',
      '/-/healthy/../../metrics',
      '//-/healthy',
      '/-/Ready',
      '/-/ready%3f',
    ]) {
      expect(await status(path), path).to.equal(401);
    }
    expect(await status('/-/healthy', 'POST')).to.equal(401);
  });

  it('are none that is written in another way', () => {
    fc.assert(
      fc.property(fc.webPath(), fc.constantFrom('GET', 'HEAD', 'POST', undefined), (path, method) => {
        const isOpen = ['/-/healthy', '/-/ready'].includes(path) && method !== 'POST' && method !== undefined;
        expect(isOpenPage(method, path)).to.equal(isOpen);
      }),
    );
  });
});
