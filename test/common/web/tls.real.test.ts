import { renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { expect } from 'chai';
import { waitFor } from '../../../tools/programs/wait.ts';
import { createAuthority } from '../../support/certificates.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { type Served, server } from './support/served.ts';

describe('TLS', () => {
  const fresh = temporaryFolder();
  let folder = '';
  beforeEach(() => {
    folder = fresh();
  });
  const serve = server(() => folder);
  const authority = createAuthority();
  const foreign = createAuthority('Somebody else');
  const first = authority.issue('first', '127.0.0.1');
  const second = authority.issue('second', '127.0.0.1');
  const tls = { cert_file: 'tls.crt', key_file: 'tls.key' };
  const files = { 'tls.crt': first.cert, 'tls.key': first.key, 'ca.crt': authority.cert };

  /** The common name that the server shows, over a new connection. */
  const shownBy = ({ port }: Served) =>
    new Promise<string>((resolve, reject) => {
      const socket = connectTls({ host: '127.0.0.1', port, ca: authority.cert }, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      socket.on('error', reject);
    });

  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => 'nothing',
      (error: NodeJS.ErrnoException) => error.code ?? error.message,
    );

  it('serves with the certificate of the file, and nothing in the clear', async () => {
    const served = await serve({ 'web.yml': { tls_server_config: tls }, ...files });
    expect(served.listener.scheme).to.equal('https');
    expect(await served.get({ ca: authority.cert })).to.include({ status: 200, body: 'yes' });
    expect(await failure(served.get({ ca: foreign.cert }))).to.equal('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    expect(
      await failure(served.get({ ca: authority.cert, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' })),
    ).not.to.equal('nothing');
    const answer = await failure(fetch(`http://127.0.0.1:${served.port}/`));
    expect(answer).to.contain('fetch failed');
  });

  it('uses material that was replaced on disk for the next connection', async () => {
    const served = await serve({ 'web.yml': { tls_server_config: tls }, ...files });
    expect(await shownBy(served)).to.equal('first');
    served.write({ 'tls.crt': second.cert, 'tls.key': second.key });
    expect(await shownBy(served)).to.equal('second');
    // As a Secret's mount does it: the new file takes the old one's place.
    for (const [name, text] of [
      ['tls.crt', first.cert],
      ['tls.key', first.key],
    ] as const) {
      writeFileSync(join(folder, 'next'), text);
      renameSync(join(folder, 'next'), join(folder, name));
    }
    expect(await shownBy(served)).to.equal('first');
  });

  it('keeps the material in use while the new one is broken, and says so once', async () => {
    const served = await serve({ 'web.yml': { tls_server_config: tls }, ...files });
    served.write({ 'tls.crt': second.cert });
    for (let i = 0; i < 3; i++) expect(await shownBy(served)).to.equal('first');
    expect(served.log.filter((line) => line.includes('refused'))).to.have.length(1);
    served.write({ 'tls.key': second.key });
    expect(await shownBy(served)).to.equal('second');
    served.write({ 'web.yml': { tls_server_config: { ...tls, cert_file: 'later.crt' } } });
    expect(await shownBy(served)).to.equal('second');
    expect(served.log.at(-1)).to.contain('later.crt: there is no such file');
    served.write({ 'later.crt': first.cert, 'tls.key': first.key });
    expect(await shownBy(served)).to.equal('first');
  });

  it('does not turn TLS off, nor change its policy, while it runs', async () => {
    const served = await serve({ 'web.yml': { tls_server_config: tls }, ...files });
    served.write({ 'web.yml': '' });
    expect(await shownBy(served)).to.equal('first');
    expect(served.log.at(-1)).to.contain('turning TLS on or off takes a restart');
    served.write({ 'web.yml': { tls_server_config: { ...tls, client_auth_type: 'RequireAnyClientCert' } } });
    expect(await shownBy(served)).to.equal('first');
    expect(served.log.at(-1)).to.contain('another client_auth_type takes a restart');
  });

  describe('with client certificates', () => {
    const good = authority.issue('scraper', 'scraper.example', 'spiffe://cluster/ns/monitoring');
    const stranger = foreign.issue('scraper', 'scraper.example');
    const verify = { ...tls, client_ca_file: 'ca.crt', client_auth_type: 'RequireAndVerifyClientCert' };
    const ask = (served: Served, client: object) =>
      served.get({ ca: authority.cert, ...client }).then(
        ({ status }) => status,
        () => 'closed',
      );
    /** Who gets an answer: a certificate of our authority, one of another, none. */
    const policies: [string, object, (number | string)[]][] = [
      ['NoClientCert', {}, [200, 200, 200]],
      ['RequestClientCert', {}, [200, 200, 200]],
      ['RequireAnyClientCert', {}, [200, 200, 'closed']],
      ['VerifyClientCertIfGiven', { client_ca_file: 'ca.crt' }, [200, 'closed', 200]],
      ['RequireAndVerifyClientCert', { client_ca_file: 'ca.crt' }, [200, 'closed', 'closed']],
    ];
    for (const [type, more, expected] of policies) {
      it(type, async () => {
        const config = { tls_server_config: { ...tls, ...more, client_auth_type: type } };
        const served = await serve({ 'web.yml': config, ...files });
        const answers = [];
        for (const client of [good, stranger, {}]) answers.push(await ask(served, client));
        expect(answers).to.deep.equal(expected);
      });
    }

    it('only those of the allowed names', async () => {
      const sans = ['x', 'spiffe://cluster/ns/monitoring'];
      const config = { tls_server_config: { ...verify, client_allowed_sans: sans } };
      const served = await serve({ 'web.yml': config, ...files });
      expect(await ask(served, good)).to.equal(200);
      for (const names of [[], ['y'], ['DNS:x'], ['z, DNS:x'], ['scraper.example']]) {
        expect(await ask(served, authority.issue('x', ...names)), names.join()).to.equal('closed');
      }
    });

    it('an authority that was replaced counts at once, also for a session that is resumed', async () => {
      const served = await serve({ 'web.yml': { tls_server_config: verify }, ...files });
      const session = await new Promise<Buffer>((resolve, reject) => {
        const socket = connectTls({ host: '127.0.0.1', port: served.port, ca: authority.cert, ...good });
        socket.on('error', reject).once('session', (ticket: Buffer) => {
          resolve(ticket);
          socket.destroy();
        });
      });
      served.write({ 'ca.crt': foreign.cert });
      expect(await ask(served, { ...good, session })).to.equal('closed');
      expect(await ask(served, stranger)).to.equal(200);
    });
  });

  it('half-open handshakes hold up neither others nor the end', async () => {
    const served = await serve({ 'web.yml': { tls_server_config: tls }, ...files });
    const sockets = Array.from({ length: 50 }, () => connect(served.port, '127.0.0.1').on('error', () => {}));
    for (const socket of sockets) socket.write(Buffer.from([0x16, 0x03, 0x01]));
    await waitFor('the connections', () => sockets.every((s) => s.readyState !== 'opening'));
    expect(await shownBy(served)).to.equal('first');
    await served.listener.close(0);
    for (const socket of sockets) socket.destroy();
  });
});
