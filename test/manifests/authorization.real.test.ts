import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import type { V1HTTPGetAction, V1PodSpec, V1ProjectedVolumeSource } from '@kubernetes/client-node';
import { expect } from 'chai';
import { parse } from 'yaml';
import { waitForChild, watched } from '../../tools/programs/child.ts';
import { onPath } from '../../tools/programs/find.ts';
import { freePort } from '../../tools/programs/ports.ts';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { waitFor } from '../../tools/programs/wait.ts';
import { ApiServer } from '../support/api-server.ts';
import { type Certified, createAuthority } from '../support/certificates.ts';
import { startPrometheus } from '../support/programs.ts';
import { skip } from '../support/skip.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { commandOf, startCommand } from './support/arguments.ts';
import {
  MANIFESTS,
  needsKubectl,
  OVERLAYS,
  objectOf,
  type Rendered,
  render,
  renderOwn,
} from './support/overlays.ts';
import { containersOf, objections, RESTRICTED } from './support/policy.ts';
import { allows, userOf } from './support/rbac.ts';

const OVERLAY = 'overlays/authorization';
const SERVER_NAME = 'kubevigil-exporter.kubevigil-agents.svc';
const EXPORTER = userOf('kubevigil-agents', 'kubevigil-exporter');

/** What a token is, to the API server. */
interface Issued {
  readonly user: string;
  readonly audience: string;
}

/** The group and resource of a path of the API server, and what is done to them. */
function attemptOf({ method, path, query }: ApiServer['requests'][number]) {
  const [, group = '', resource = ''] = /^\/(?:apis\/([^/]+)|api)\/v1\/(\w+)$/.exec(path) ?? [];
  const verb = method === 'POST' ? 'create' : query.get('watch') === 'true' ? 'watch' : 'list';
  return { verb, group, resource };
}

async function podOf(kind: string, name: string): Promise<V1PodSpec> {
  return (await objectOf(OVERLAY, kind, name)).spec.template.spec;
}

function projected(pod: V1PodSpec, path: string): V1ProjectedVolumeSource {
  const mounts = pod.containers.flatMap((container) => container.volumeMounts ?? []);
  const name = mounts.find(({ mountPath }) => mountPath === path)?.name;
  const volume = pod.volumes?.find((one) => one.name === name)?.projected;
  if (volume === undefined) throw new Error(`no projected volume is mounted at ${path}`);
  return volume;
}

/** Lays down a projected volume, with what users give as Secrets and ConfigMaps in `given`. */
function layDown(
  folder: string,
  { sources = [] }: V1ProjectedVolumeSource,
  objects: readonly Rendered[],
  given: Readonly<Record<string, Readonly<Record<string, string>>>>,
): void {
  mkdirSync(folder, { recursive: true });
  for (const { configMap, secret, serviceAccountToken } of sources ?? []) {
    const { name = '', items } = configMap ?? secret ?? {};
    const own = objects.find((one) => one.kind === 'ConfigMap' && one.metadata.name === name)?.['data'];
    const data: Record<string, string> = own ?? given[name] ?? {};
    const files = items ?? Object.keys(data).map((key) => ({ key, path: key }));
    for (const { key, path } of files) {
      if (data[key] === undefined) throw new Error(`nobody gives ${key} of ${name}`);
      writeFileSync(join(folder, path), data[key]);
    }
    if (serviceAccountToken !== undefined)
      writeFileSync(join(folder, serviceAccountToken.path), 'prometheus');
  }
}

describe('overlays/authorization, with the real programs', () => {
  const newFolder = temporaryFolder();
  const server = new ApiServer();
  const tokens = new Map<string, Issued>();
  const authority = createAuthority('Exporters');
  let objects: readonly Rendered[];
  let pod: V1PodSpec;
  let exporter: ReturnType<typeof startCommand>;
  let port: number;
  let prometheus: RunningPrometheus | undefined;

  before(async function () {
    await needsKubectl.call(this);
    objects = await render(OVERLAY);
    pod = await podOf('DaemonSet', 'kubevigil-exporter');
    const stateful = await podOf('StatefulSet', 'prometheus');
    const [token] =
      projected(stateful, '/etc/kubevigil').sources?.flatMap((one) => one.serviceAccountToken ?? []) ?? [];
    const scraper = userOf('kubevigil', stateful.serviceAccountName ?? '');
    tokens.set('prometheus', { user: scraper, audience: token?.audience ?? 'the API server' });
    tokens.set('for-the-api-server', { user: scraper, audience: 'the API server' });
    tokens.set('other', { user: userOf('default', 'default'), audience: 'kubevigil-exporter' });
    server.tokenReview = ({ token: text, audiences = ['the API server'] }) => {
      const issued = tokens.get(String(text));
      const meant = (audiences as string[]).filter((audience) => audience === issued?.audience);
      if (issued === undefined || meant.length === 0) return { authenticated: false };
      return { authenticated: true, user: { username: issued.user }, audiences: meant };
    };
    server.accessReview = ({ user, nonResourceAttributes }) => ({
      allowed: allows(objects, String(user), nonResourceAttributes as { path: string; verb: string }),
    });
    await server.start();

    const folder = newFolder();
    const certificate = authority.issue('exporter', SERVER_NAME);
    layDown(join(folder, 'web'), projected(pod, '/etc/kubevigil'), objects, {
      'kubevigil-exporter-tls': { 'tls.crt': certificate.cert, 'tls.key': certificate.key },
    });
    port = await freePort();
    const paths = { '/etc/kubevigil/': `${join(folder, 'web')}/`, '/host/': '/', '/host': '/' };
    const { file, args } = commandOf(pod, 'exporter', paths);
    exporter = startCommand(
      { file, args: [...args, `--web.listen-address=127.0.0.1:${port}`] },
      { KUBECONFIG: server.writeKubeconfig(folder), NODE_NAME: 'worker-7' },
    );
    await waitForChild(
      watched(exporter.child, exporter.output),
      'the exporter to be ready',
      async () => (await ask('/-/ready').catch(() => undefined))?.status === 200,
    );
  });
  afterEach(async () => {
    await prometheus?.stop();
    prometheus = undefined;
  });
  after(async () => {
    exporter?.child.kill('SIGTERM');
    await exporter?.ended;
    await server.stop();
  });

  /** As the kubelet asks (without a token, not looking at the certificate), or with a token as a scraper. */
  function ask(path: string, token?: string): Promise<{ status: number | undefined; body: string }> {
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const options = { host: '127.0.0.1', port, path, headers, rejectUnauthorized: false, agent: false };
    return new Promise((resolve, reject) => {
      request(options, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        response.once('end', () => resolve({ status: response.statusCode, body }));
      })
        .once('error', reject)
        .end();
    });
  }

  it('the probes are answered as the kubelet asks them', async () => {
    const [container] = pod.containers;
    const probes = [container?.startupProbe, container?.livenessProbe, container?.readinessProbe];
    const asked = probes.flatMap((probe): V1HTTPGetAction[] => (probe?.httpGet ? [probe.httpGet] : []));
    expect(asked).to.have.length(3);
    for (const { scheme, path = '' } of asked) {
      expect(scheme).to.equal('HTTPS');
      expect((await ask(path)).status, path).to.equal(200);
    }
  });

  it('the page is for who has the right and a token for the exporter, and for nobody else', async () => {
    expect((await ask('/metrics', 'prometheus')).body).to.contain('kubevigil_build_info');
    const refused = { other: 403, 'for-the-api-server': 401, nobody: 401 };
    for (const [token, status] of Object.entries(refused))
      expect((await ask('/metrics', token)).status, token).to.equal(status);
    expect((await ask('/metrics')).status).to.equal(401);
    expect(exporter.output()).not.to.contain('Tokens come in the clear');
    const plain = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
    expect(plain?.status ?? 'refused').not.to.equal(200);
  });

  it('all that the exporter asks the API server for is in its roles', async () => {
    await ask('/metrics', 'prometheus');
    await waitFor('a list of pods', () => server.requests.some(({ method }) => method === 'GET'));
    const attempts = server.requests.map(attemptOf);
    expect(new Set(attempts.map(({ resource }) => resource))).to.include.keys(
      ...['tokenreviews', 'subjectaccessreviews', 'pods'],
    );
    for (const attempt of attempts)
      expect(allows(objects, EXPORTER, attempt), attempt.resource).to.equal(true);
    // What it does not need it may not.
    expect(allows(objects, EXPORTER, { verb: 'get', path: '/metrics' })).to.equal(false);
    expect(allows(objects, EXPORTER, { verb: 'get', group: '', resource: 'secrets' })).to.equal(false);
  });

  /** The overlay's own configuration, with the pods from a file: Debian's Prometheus cannot ask for them. */
  async function scrape(trusted: Certified['cert']) {
    const folder = newFolder();
    const stateful = await podOf('StatefulSet', 'prometheus');
    layDown(join(folder, 'access'), projected(stateful, '/etc/kubevigil'), objects, {
      'kubevigil-exporter-ca': { 'ca.crt': trusted },
    });
    const name = stateful.volumes?.find((volume) => volume.name === 'config')?.configMap?.name;
    const [args] = stateful.containers.map((container) => container.args ?? []);
    const [, file = ''] =
      /^--config.file=.*\/(.*)$/.exec(args?.find((arg) => arg.startsWith('--config.file')) ?? '') ?? [];
    const text = objects.find((one) => one.metadata.name === name)?.['data'][file] as string;
    const { global, scrape_configs: jobs } = parse(
      text.replaceAll('/etc/kubevigil/', `${join(folder, 'access')}/`),
    );
    const labels = {
      __meta_kubernetes_pod_label_app_kubernetes_io_name: 'kubevigil-exporter',
      __meta_kubernetes_pod_container_port_name: 'metrics',
      __meta_kubernetes_pod_phase: 'Running',
      __meta_kubernetes_pod_node_name: 'worker-7',
    };
    const targets = join(folder, 'targets.json');
    writeFileSync(targets, JSON.stringify([{ targets: [`127.0.0.1:${port}`], labels }]));
    prometheus = await startPrometheus(join(folder, 'prometheus'), {
      global: { ...global, scrape_interval: '1s', scrape_timeout: '1s' },
      scrape_configs: (jobs as Record<string, unknown>[])
        .filter((job) => job['job_name'] === 'kubevigil')
        .map(({ kubernetes_sd_configs: _, ...job }) => ({ ...job, file_sd_configs: [{ files: [targets] }] })),
    });
    const { url } = prometheus;
    return waitFor('the first scrape', async (signal) => {
      const answer = await fetch(`${url}/api/v1/targets`, { signal });
      const { data } = (await answer.json()) as {
        data: { activeTargets: { health: string; lastError: string; labels: Record<string, string> }[] };
      };
      return data.activeTargets.find(({ health }) => health !== 'unknown');
    });
  }

  it('a real Prometheus scrapes with its configuration and its token', async () => {
    const target = await scrape(authority.cert);
    expect(target).to.deep.include({ health: 'up', lastError: '' });
    expect(target.labels).to.deep.include({ node: 'worker-7' });
    await exporterSeries();
  });

  async function exporterSeries(): Promise<void> {
    await waitFor('series of the exporter', async (signal) => {
      const answer = await fetch(`${prometheus?.url}/api/v1/query?query=kubevigil_build_info`, { signal });
      const { data } = (await answer.json()) as { data: { result: object[] } };
      return data.result.length > 0;
    });
  }

  it('it gives its token to nobody who has another certificate', async () => {
    const reviews = () => server.requests.filter(({ path }) => path.endsWith('/tokenreviews')).length;
    const before = reviews();
    const target = await scrape(createAuthority('Somebody else').cert);
    expect(target.health).to.equal('down');
    expect(target.lastError).to.match(/x509: certificate signed by unknown authority/);
    expect(reviews()).to.equal(before);
  });

  it('beside every other overlay that has an exporter, it is that exporter who asks', async () => {
    const others = OVERLAYS.filter((name) => ![OVERLAY, 'overlays/export'].includes(name));
    for (const overlay of others) {
      const made = await renderOwn(newFolder(), overlay, ['authorization']);
      const template = made.find(({ kind }) => kind === 'DaemonSet')?.spec.template.spec as V1PodSpec;
      const [container] = template.containers;
      expect(container?.name).to.equal('exporter');
      expect(container?.args, overlay).to.include('--web.authorization=kubernetes');
      expect(container?.livenessProbe?.httpGet?.scheme).to.equal('HTTPS');
      expect(projected(template, '/etc/kubevigil').defaultMode).to.equal(0o440);
      expect(containersOf(made).flatMap((one) => objections(one))).to.deep.equal([]);
      if (overlay !== 'overlays/restricted') continue;
      const agents = containersOf(made).filter(({ pod: one }) => one === template);
      expect(agents.length).to.be.greaterThan(0);
      expect(agents.flatMap((one) => objections(one, RESTRICTED))).to.deep.equal([]);
    }
  });

  it('the scraper that an overlay of yours names has the right, and no other', async () => {
    const readme = readFileSync(join(MANIFESTS, 'README.md'), 'utf8');
    const scraper = /^# scraper\.yaml\n.*?(?=^```)/ms.exec(readme)?.[0] ?? '';
    const made = await renderOwn(newFolder(), 'overlays/operator', ['authorization', 'scraper'], {
      'scraper.yaml': scraper,
    });
    const attempt = { verb: 'get', path: '/metrics' };
    expect(allows(made, userOf('observability', 'prometheus-k8s'), attempt)).to.equal(true);
    expect(allows(made, userOf('kubevigil', 'kubevigil-prometheus'), attempt)).to.equal(false);
  });

  it('a certificate made as README.md says does for both', function () {
    if (onPath('openssl') === undefined) skip(this, 'there is no openssl here');
    const readme = readFileSync(join(MANIFESTS, 'README.md'), 'utf8');
    const [line] = /^openssl req (?:.*\\\n)*.*$/m.exec(readme) ?? [];
    if (line === undefined) throw new Error('manifests/README.md has no openssl req');
    const folder = newFolder();
    execFileSync('sh', ['-c', line], { cwd: folder, stdio: 'ignore' });
    const certificate = new X509Certificate(readFileSync(join(folder, 'tls.crt')));
    expect(certificate.checkHost(SERVER_NAME)).to.equal(SERVER_NAME);
    expect(certificate.verify(certificate.publicKey)).to.equal(true);
    expect(readFileSync(join(folder, 'tls.key'), 'utf8')).to.contain('PRIVATE KEY');
  });
});
