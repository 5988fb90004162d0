import { readdirSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { LineEvent } from '../../../exporter/logs/line-event.ts';
import { loadRules } from '../../../exporter/rules/load.ts';
import { RuleSet } from '../../../exporter/rules/rule-set.ts';
import { credentialStuffing } from '../../../scenarios/attacks/credential-stuffing.ts';
import { http2RapidReset } from '../../../scenarios/attacks/http2-rapid-reset.ts';
import { log4shell } from '../../../scenarios/attacks/log4shell.ts';
import { shellshock } from '../../../scenarios/attacks/shellshock.ts';
import { slowPost } from '../../../scenarios/attacks/slow-post.ts';
import { ssrfMetadata } from '../../../scenarios/attacks/ssrf-metadata.ts';
import { struts } from '../../../scenarios/attacks/struts.ts';
import { webInjection } from '../../../scenarios/attacks/web-injection.ts';
import { webScan } from '../../../scenarios/attacks/web-scan.ts';
import { webShell } from '../../../scenarios/attacks/web-shell.ts';
import { loadSpike } from '../../../scenarios/benign/load-spike.ts';
import type { Scenario } from '../../../scenarios/scenario/scenario.ts';
import type { OwnVictim } from '../../../scenarios/victim/open-victim.ts';
import { newToken, PROOF_PATH, WEAK_HEADER } from '../../../scenarios/victim/weak-access.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { COMBINED } from '../support/combined.ts';
import { fileOf, needs, programs, whileOn } from '../support/footprint.ts';
import { openTestVictim, type TestVictim } from '../support/test-victim.ts';

/** Those whose requests web rules see, and whether they use weak pages. */
const SEEN: readonly (readonly [scenario: Scenario, weak: boolean])[] = [
  [webScan, false],
  [webInjection, false],
  [webShell, true],
  [ssrfMetadata, true],
  [log4shell, true],
  [shellshock, true],
  [struts, true],
];
const WEAK = SEEN.filter(([, weak]) => weak).map(([scenario]) => scenario);
const OWNER = { namespace: 'n', pod: 'p', container: 'c' };
/** Whom a request may name: loopback, documentation, and metadata services, which the address of a request alone reaches nobody by. */
const HARMLESS = /^(127\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|169\.254\.|100\.100\.100\.200$)/;

const decoded = (text: string) =>
  text.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

interface Received {
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Somebody's service, which has none of the pages that it is asked for. */
async function openService(): Promise<{ url: string; received: Received[]; close(): void }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const at = received.length;
    received.push({ line: `${request.method} ${request.url}`, headers: request.headers, body: '' });
    response.on('error', () => {}); // who asked is gone
    const body = await text(request).catch(() => '');
    received[at] = { ...(received[at] as Received), body };
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

describe('footprints of web attacks', () => {
  let victim: TestVictim;
  let folder: string;
  let rules: RuleSet;
  after(async () => {
    await victim.close(0);
    expect(readdirSync(folder)).to.deep.equal([]);
  });
  const newFolder = temporaryFolder();
  before(async () => {
    folder = newFolder();
    victim = await openTestVictim(folder, true);
    rules = new RuleSet(await loadRules(undefined));
  });
  beforeEach(() => {
    victim.lines.length = 0;
  });

  const webRules = (line: string) => {
    const web = new Set(
      rules
        .on('log')
        .filter(({ category }) => category === 'web')
        .map(({ name }) => name),
    );
    return rules.match('log', new LineEvent(line, '/log', 'stdout', OWNER)).filter((name) => web.has(name));
  };
  const here = () => ({ target: victim.own.url, victim: victim.own, intensity: 1 });
  const isProof = (line: string) => line.includes(`"GET ${PROOF_PATH}?`);

  for (const [scenario, isWeak] of SEEN)
    it(`${scenario.name} is requests that ${(scenario.rules ?? []).filter((name) => name.startsWith('web_')).join(', ')} see`, async function () {
      await needs(this, scenario, victim.own.url);
      await whileOn(scenario, () => victim.lines.length > (isWeak ? 30 : 60), here());
      const lines = victim.lines.filter((line) => !isProof(line));
      for (const line of lines) expect(line).to.match(COMBINED);
      const seen = lines.map(webRules);
      const named = (scenario.rules ?? []).filter((name) => name.startsWith('web_'));
      expect(seen.flat()).to.include.members(named);
      const unseen = lines.filter((_, i) => seen[i]?.length === 0 && !lines[i]?.includes('"PUT '));
      expect(unseen.length / lines.length, unseen.join('\n')).to.be.below(0.1);
      const used = lines.filter((line) => / 200 19 /.test(line));
      if (isWeak) expect(used).not.to.deep.equal([]);
    });

  for (const scenario of WEAK.filter((one) => one !== ssrfMetadata))
    it(`${scenario.name} has the service start shells`, async () => {
      const shells = await whileOn(
        scenario,
        () => {
          const found = programs(/\/(sh|dash|bash|busybox)$/).map((pid) => fileOf(pid, 'cmdline'));
          return found.length > 0 && found;
        },
        here(),
      );
      expect(new Set(shells)).to.deep.equal(new Set(['sh\0-c\0id; sleep 1.5\0']));
    });

  it('ssrf_metadata has the service connect to metadata addresses, on loopback', async function () {
    await needs(this, ssrfMetadata, victim.own.url);
    // 169.254.169.254, its bytes as this kernel writes them, and a socket in SYN_SENT.
    const place = /^\s*\d+: \S+ (FEA9FEA9|A9FEA9FE):[\dA-F]{4} 02 /m;
    await whileOn(ssrfMetadata, () => place.test(fileOf(process.pid, 'net/tcp')), here());
  });

  for (const scenario of WEAK) {
    it(`${scenario.name} is refused where the own victim has no weak pages`, async () => {
      const { weak: _, ...own } = victim.own;
      const options = { durationMs: 1_000, intensity: 1, folder, target: own.url, victim: own };
      for (const target of [own.url, own.url.replace('127.0.0.1', 'localhost')]) {
        const error = await scenario.check({ ...options, target }).catch((reason: Error) => reason);
        expect(String(error)).to.match(/has no weak pages: start it with --victim.weak-pages/);
      }
    });

    it(`${scenario.name} tells its token nobody who does not know it`, async () => {
      const impostor = await openService();
      try {
        const own: OwnVictim = {
          ...victim.own,
          url: impostor.url,
          weak: { token: newToken(), uploads: `${folder}/none` },
        };
        const options = { durationMs: 60_000, intensity: 1, folder, target: impostor.url, victim: own };
        const error = await scenario.run(options).catch((reason: Error) => reason);
        expect(String(error)).to.match(/is not the victim with weak pages/);
        expect(impostor.received.map(({ line }) => line)).to.have.length(1);
        expect(JSON.stringify(impostor.received)).not.to.contain(own.weak?.token);
      } finally {
        impostor.close();
      }
    });
  }

  for (const [scenario] of SEEN)
    it(`${scenario.name} uploads nothing to another service, and names nobody who could be harmed`, async function () {
      await needs(this, scenario, victim.own.url);
      const service = await openService();
      try {
        await whileOn(scenario, () => service.received.length > 25, { ...here(), target: service.url });
        for (const { line, headers, body } of service.received) {
          expect(line).to.match(/^(GET|POST) /);
          expect(headers).not.to.have.property(WEAK_HEADER);
          const { host: _, ...told } = headers;
          const named =
            `${decoded(decoded(line))} ${JSON.stringify(told)} ${body}`.match(/\b\d+\.\d+\.\d+\.\d+\b/g) ??
            [];
          for (const address of named.filter((one) => !/^[\d.]*\.0\.0\.0$/.test(one)))
            expect(address).to.match(HARMLESS);
        }
      } finally {
        service.close();
      }
    });

  it('credential_stuffing is many users with few tries each, of example.org', async () => {
    const service = await openService();
    try {
      await whileOn(
        credentialStuffing,
        () => service.received.filter(({ body }) => body !== '').length > 60,
        {
          ...here(),
          target: service.url,
        },
      );
      const users = service.received
        .filter(({ body }) => body !== '')
        .map(({ body }) => (JSON.parse(body) as { user: string }).user);
      expect(new Set(users).size).to.be.above(users.length / 2);
      for (const user of users) expect(user).to.match(/@example\.org$/);
    } finally {
      service.close();
    }
  });

  it('slow_post is uploads that do not end', async () => {
    const service = await openService();
    try {
      await whileOn(slowPost, () => service.received.length >= 100, { ...here(), target: service.url });
      for (const { line, headers, body } of service.received) {
        expect(line).to.equal('POST /upload');
        expect(headers['content-length']).to.equal('1000000');
        expect(body.length).to.be.below(1_000);
      }
    } finally {
      service.close();
    }
  });

  it('http2_rapid_reset is streams that are reset, to the own victim alone', async () => {
    await whileOn(http2RapidReset, () => victim.lines.length > 1_500, {
      ...here(),
      target: 'http://127.0.0.1:9',
    });
    const isReset = (line: string) => line.includes('"GET /work HTTP/2.0" 499 0 ');
    expect(victim.lines.filter(isReset).length).to.be.above(victim.lines.length / 2);
    const { victim: _, ...without } = here();
    const options = { durationMs: 1_000, folder, ...without };
    const error = await http2RapidReset.check(options).catch((reason: Error) => reason);
    expect(String(error)).to.match(/needs a victim of the same process/);
  });

  it('load_spike is nothing that a web rule sees', async () => {
    await whileOn(loadSpike, () => victim.lines.length > 100, here());
    expect(victim.lines.flatMap(webRules)).to.deep.equal([]);
  });
});
