import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { UsageError } from '../../../common/cli.ts';
import { createLogger } from '../../../common/log.ts';
import { openWebConfig } from '../../../common/web/open-config.ts';
import { createAuthority } from '../../support/certificates.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const SILENT = createLogger({ level: 'error', format: 'logfmt' }, () => {});
const HASH = '$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi';

describe('web configuration', () => {
  const path = temporaryPaths();
  const authority = createAuthority();
  const { cert, key } = authority.issue('server', '127.0.0.1');
  const other = authority.issue('other');
  const files = { cert_file: 'tls.crt', key_file: 'tls.key' };

  function open(document: unknown) {
    writeFileSync(path('tls.crt'), cert);
    writeFileSync(path('tls.key'), key);
    writeFileSync(path('other.key'), other.key);
    writeFileSync(path('ca.crt'), authority.cert);
    writeFileSync(path('web.yml'), typeof document === 'string' ? document : stringify(document));
    return openWebConfig(path('web.yml'), SILENT);
  }

  it('is not needed, and may be empty', async () => {
    expect(await openWebConfig(undefined, SILENT)).to.equal(undefined);
    expect(await openWebConfig('', SILENT)).to.equal(undefined);
    const config = (await open('# nothing\n'))?.current();
    expect(config).to.deep.equal({ tls: undefined, headers: {}, users: new Map(), rateLimit: undefined });
  });

  it('takes everything that exporter-toolkit documents, by the names of Go', async () => {
    const book = await open({
      tls_server_config: {
        ...files,
        client_ca_file: 'ca.crt',
        client_auth_type: 'RequireAndVerifyClientCert',
        client_allowed_sans: ['a.example'],
        min_version: 'TLS12',
        max_version: 'TLS13',
        cipher_suites: ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'],
        prefer_server_cipher_suites: false,
        curve_preferences: ['X25519', 'CurveP256'],
      },
      http_server_config: { http2: false, headers: { 'X-Frame-Options': 'deny', 'X-XSS-Protection': '' } },
      basic_auth_users: { alice: HASH },
      rate_limit: { interval: '2s', burst: 3 },
    });
    expect(book?.current()).to.deep.equal({
      tls: {
        context: {
          cert,
          key,
          ca: authority.cert,
          minVersion: 'TLSv1.2',
          maxVersion: 'TLSv1.3',
          honorCipherOrder: false,
          ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256',
          ecdhCurve: 'X25519:P-256',
        },
        clients: { type: 'RequireAndVerifyClientCert', allowedSans: ['a.example'] },
      },
      headers: { 'X-Frame-Options': 'deny' },
      users: new Map([['alice', HASH]]),
      rateLimit: { intervalMs: 2_000, burst: 3 },
    });
  });

  it('takes certificates inline', async () => {
    const book = await open({ tls_server_config: { cert, key } });
    expect(book?.current().tls?.context).to.include({ cert, key });
  });

  describe('is refused in one line that names the place', () => {
    const tls = (more: object) => ({ tls_server_config: { ...files, ...more } });
    const cases: [string, unknown, RegExp][] = [
      ['an unknown key', { tls: {} }, /web\.yml: Unrecognized key: "tls"$/],
      ['an unknown key below', tls({ ca: 'x' }), /web\.yml: tls_server_config: Unrecognized key: "ca"$/],
      ['no YAML', 'a: [', /web\.yml: .+/],
      ['no mapping', '[]', /web\.yml: .*expected object/],
      ['a missing file', tls({ cert_file: 'no.crt' }), /cert_file \/.*no\.crt: there is no such file$/],
      ['no key', { tls_server_config: { cert_file: 'tls.crt' } }, /needs key or key_file$/],
      ['no certificate', { tls_server_config: { key_file: 'tls.key' } }, /needs cert or cert_file$/],
      ['both forms', tls({ cert }), /cert and cert_file exclude each other$/],
      ['a key of another certificate', tls({ key_file: 'other.key' }), /tls_server_config: .*mismatch/i],
      ['a certificate that is none', tls({ cert_file: 'web.yml' }), /tls_server_config: .+/],
      ['an old version', tls({ min_version: 'TLS10' }), /min_version: .*TLS12/],
      ['versions the wrong way round', tls({ min_version: 'TLS13', max_version: 'TLS12' }), /above max/],
      [
        'a cipher suite that Node lacks',
        tls({ cipher_suites: ['TLS_RSA_WITH_RC4_128_SHA'] }),
        /cipher_suites\.0: there is no cipher suite TLS_RSA_WITH_RC4_128_SHA here$/,
      ],
      ['an unknown curve', tls({ curve_preferences: ['P-256'] }), /curve_preferences\.0: .*CurveP256/],
      ['an unknown policy', tls({ client_auth_type: 'Verify' }), /client_auth_type: .*RequireAndVerify/],
      [
        'a policy without an authority',
        tls({ client_auth_type: 'VerifyClientCertIfGiven' }),
        /needs client_ca/,
      ],
      [
        'an authority that is none',
        tls({ client_ca_file: 'web.yml', client_auth_type: 'RequireAndVerifyClientCert' }),
        /tls_server_config: .+/,
      ],
      ['an authority without a policy', tls({ client_ca_file: 'ca.crt' }), /without a client_auth_type/],
      ['another header', { http_server_config: { headers: { Server: 'x' } } }, /headers: .*"Server"/],
      [
        'a header of two lines',
        { http_server_config: { headers: { 'X-XSS-Protection': '1\r\nX: y' } } },
        /X-XSS-Protection: a header is one line/,
      ],
      [
        'a plain password',
        { basic_auth_users: { bob: 'secret' } },
        /basic_auth_users\.bob: a password as hashed/,
      ],
      ['a rate without burst', { rate_limit: { interval: '1s' } }, /rate_limit\.burst: /],
    ];
    for (const [name, document, message] of cases) {
      it(name, async () => {
        const error = await open(document).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error).to.be.instanceOf(UsageError);
        expect((error as Error).message)
          .to.match(message)
          .and.not.contain('\n')
          .and.not.contain('secret');
      });
    }
  });
});
