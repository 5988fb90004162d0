import { hashSync } from 'bcryptjs';
import { expect } from 'chai';
import { parseBasic } from '../../../common/web/basic-auth.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { type Served, server } from './support/served.ts';

const COST = 4;
const basic = (text: string) => ({
  headers: { authorization: `Basic ${Buffer.from(text).toString('base64')}` },
});

describe('basic authentication', () => {
  const serve = server(temporaryFolder());
  const users = (...pairs: [string, string][]) => ({
    'web.yml': {
      basic_auth_users: Object.fromEntries(pairs.map(([name, password]) => [name, hashSync(password, COST)])),
      http_server_config: { headers: { 'X-Content-Type-Options': 'nosniff' } },
    },
  });
  const statusOf = async (served: Served, text: string) => (await served.get(basic(text))).status;

  it('opens to the right password of a known user, and to nothing else', async () => {
    const served = await serve(users(['alice', 'a:b'], ['bob', 'ä']));
    expect([await statusOf(served, 'alice:a:b'), await statusOf(served, 'bob:ä')]).to.deep.equal([200, 200]);
    for (const wrong of [
      'alice:a',
      'alice:',
      'alice',
      ':a:b',
      'carol:a:b',
      'bob:a:b',
      '__proto__:x',
      'ALICE:a:b',
    ]) {
      expect(await statusOf(served, wrong), wrong).to.equal(401);
    }
    for (const authorization of ['', 'Basic', 'Basic !', 'Bearer YWxpY2U6YTpi', 'YWxpY2U6YTpi']) {
      expect(await served.get({ headers: { authorization } }), authorization).to.include({
        status: 401,
        body: 'unauthorized\n',
      });
    }
    const refused = await served.get();
    expect(refused.headers).to.include({ 'www-authenticate': 'Basic', 'x-content-type-options': 'nosniff' });
  });

  it('follows its file: a new user may, a removed one and an old password may not', async () => {
    const served = await serve(users(['alice', 'one'], ['bob', 'b']));
    expect([await statusOf(served, 'alice:one'), await statusOf(served, 'bob:b')]).to.deep.equal([200, 200]);
    served.write(users(['alice', 'two'], ['carol', 'c']));
    const after = [];
    for (const who of ['alice:one', 'alice:two', 'bob:b', 'carol:c']) after.push(await statusOf(served, who));
    expect(after).to.deep.equal([401, 200, 401, 200]);
    served.write({ 'web.yml': 'basic_auth_users: {eve: x}' });
    expect(await statusOf(served, 'carol:c')).to.equal(200);
    expect(served.log.at(-1)).to.contain('basic_auth_users.eve');
  });

  it('answers 200 at once with the right password, though guesses keep bcrypt busy', async () => {
    const served = await serve(users(['alice', 'right']));
    await statusOf(served, 'alice:right');
    const guesses = Array.from({ length: 100 }, (_, i) => statusOf(served, `alice:${i}`));
    const answers = await Promise.all(Array.from({ length: 100 }, () => statusOf(served, 'alice:right')));
    expect(new Set(answers)).to.deep.equal(new Set([200]));
    for (const status of await Promise.all(guesses)) expect(status).to.be.oneOf([401, 503]);
    expect(await statusOf(served, 'alice:right')).to.equal(200);
  });

  it('shares one comparison among 200 scrapes that begin at once', async () => {
    const served = await serve(users(['alice', 'right']));
    const answers = await Promise.all(Array.from({ length: 200 }, () => statusOf(served, 'alice:right')));
    expect(answers.filter((status) => status !== 200)).to.deep.equal([]);
  });

  it('parses the header as RFC 7617 has it', () => {
    expect(parseBasic('basic  YTpi ')).to.deep.equal({ user: 'a', password: 'b' });
    expect(parseBasic('Basic OmI=')).to.deep.equal({ user: '', password: 'b' });
    for (const none of [undefined, 'Basic YQ==', 'Basic a b', 'Digest YTpi']) {
      expect(parseBasic(none)).to.equal(undefined);
    }
  });
});
