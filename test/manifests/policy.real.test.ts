import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RbacV1Subject, V1PolicyRule, V1RoleRef } from '@kubernetes/client-node';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { ROOT } from '../support/paths.ts';
import { temporaryFolder } from '../support/temporary.ts';
import {
  MANIFESTS,
  needsKubectl,
  OVERLAYS,
  objectOf,
  podTemplate,
  type Rendered,
  render,
  renderOwn,
} from './support/overlays.ts';
import { containersOf, objections, RESTRICTED, RULES } from './support/policy.ts';

/** How long the lock of a pod that was killed holds: its lease, as dataset/storage/local says. */
const LEASE_MS = 300_000;

/** All that any role may have: nothing writes but to pods of the lab, and what is created in reviews stays nowhere. */
const RIGHTS: Readonly<Record<string, readonly V1PolicyRule[]>> = {
  'kubevigil-events-reader': [{ nonResourceURLs: ['/events'], verbs: ['get'] }],
  'kubevigil-exporter': [{ apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] }],
  'kubevigil-exporter-authorization': [
    { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
    { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
  ],
  'kubevigil-prometheus': [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
  'kubevigil-scenarios': [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'create', 'delete'] }],
  'kubevigil-scraper': [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }],
};

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

describe('manifests, by policy', () => {
  const newFolder = temporaryFolder();
  before(needsKubectl);

  for (const overlay of OVERLAYS) {
    it(`${overlay}: containers have what they need and no more`, async () => {
      expect(containersOf(await render(overlay)).flatMap((one) => objections(one))).to.deep.equal([]);
    });

    it(`${overlay}: one image, one namespace for each object, nothing twice`, async () => {
      const objects = await render(overlay);
      const own = containersOf(objects).map(({ container }) => container.image ?? '');
      expect(new Set(own.filter((image) => image.includes('kubevigil'))).size).to.be.at.most(1);
      const cluster = ['ClusterRole', 'ClusterRoleBinding', 'Namespace'];
      const keys = objects.map(({ kind, metadata: { name, namespace } }) => {
        if (!cluster.includes(kind)) expect(namespace, `${kind} ${name}`).to.match(/^kubevigil/);
        return `${kind} ${namespace} ${name}`;
      });
      expect(new Set(keys).size).to.equal(keys.length);
    });

    it(`${overlay}: roles have the rights that are meant, and are bound to who is meant`, async () => {
      const objects = await render(overlay);
      for (const { kind, metadata, ...object } of objects) {
        if (!['ClusterRole', 'Role'].includes(kind)) continue;
        expect(object['rules'], metadata.name).to.deep.equal(RIGHTS[metadata.name]);
        expect(kind === 'Role', metadata.name).to.equal(metadata.name === 'kubevigil-scenarios');
      }
      for (const binding of objects.filter(({ kind }) => /RoleBinding$/.test(kind))) {
        const { kind, name } = binding['roleRef'] as V1RoleRef;
        expect(`${kind}Binding`).to.equal(binding.kind);
        expect(objects.some((one) => one.kind === kind && one.metadata.name === name)).to.equal(true);
        for (const subject of binding['subjects'] as RbacV1Subject[]) {
          const account = objects.find(
            (one) => one.kind === subject.kind && one.metadata.name === subject.name,
          );
          expect(account?.metadata.namespace, binding.metadata.name).to.equal(subject.namespace);
        }
      }
    });

    it(`${overlay}: pods, selectors, policies and ConfigMaps find each other`, async () => {
      const objects = await render(overlay);
      const names = (kind: string) =>
        objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
      for (const object of objects) {
        const template = podTemplate(object);
        if (template === undefined) continue;
        const labels = template.metadata?.labels ?? {};
        const selector = object.spec.selector?.matchLabels ?? {};
        expect(labels, object.metadata.name).to.include(selector);
        const ports = new Set(
          template.spec?.containers.flatMap((one) => (one.ports ?? []).map(({ name }) => name)),
        );
        const probed = template.spec?.containers.flatMap((one) =>
          [one.livenessProbe, one.readinessProbe, one.startupProbe].flatMap((probe) => probe?.httpGet ?? []),
        );
        for (const { port } of probed ?? []) expect(ports).to.include(port);
        for (const { configMap, persistentVolumeClaim: claim } of template.spec?.volumes ?? []) {
          if (configMap?.name !== undefined) expect(names('ConfigMap')).to.include(configMap.name);
          if (claim !== undefined) expect(names('PersistentVolumeClaim')).to.include(claim.claimName);
        }
        const mounted = template.spec?.containers.flatMap((one) => one.volumeMounts ?? []) ?? [];
        const volumes = [
          ...(template.spec?.volumes ?? []).map(({ name }) => name),
          ...(object.spec.volumeClaimTemplates ?? []).map((claim: Rendered) => claim.metadata.name),
        ];
        for (const { name } of mounted) expect(volumes).to.include(name);
      }
    });
  }

  it('every pod of an installation has a network policy of its own', async () => {
    for (const overlay of OVERLAYS.filter((name) => name !== 'overlays/export')) {
      const objects = await render(overlay);
      const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
      for (const object of objects) {
        const labels = podTemplate(object)?.metadata?.labels;
        if (labels === undefined) continue;
        const own = policies.filter(
          ({ metadata, spec }) =>
            metadata.namespace === object.metadata.namespace &&
            labels['app.kubernetes.io/name'] === spec.podSelector.matchLabels['app.kubernetes.io/name'],
        );
        expect(own.length, `${overlay}: ${object.metadata.name}`).to.equal(1);
        expect(own[0]?.spec.policyTypes).to.have.members(['Ingress', 'Egress']);
      }
    }
  });

  it('each part may have a namespace of your own, and its rights go along', async () => {
    for (const part of ['builder', 'detector', 'exporter', 'prometheus', 'scenarios']) {
      const objects = await renderOwn(newFolder(), `base/${part}`, [], {}, { namespace: 'own' });
      const subjects = objects.flatMap((one) => (one['subjects'] as RbacV1Subject[] | undefined) ?? []);
      expect(subjects.length > 0, part).to.equal(!['builder', 'detector'].includes(part));
      expect(
        subjects.map(({ namespace }) => namespace).filter((one) => one !== 'own'),
        part,
      ).to.deep.equal([]);
    }
  });

  it('only namespaces of what needs the node admit it', async () => {
    const level = async (overlay: string) =>
      Object.fromEntries(
        (await render(overlay))
          .filter(({ kind }) => kind === 'Namespace')
          .map(({ metadata }) => [
            metadata.name,
            (metadata as { labels?: Record<string, string> }).labels?.['pod-security.kubernetes.io/enforce'],
          ]),
      );
    expect(await level('.')).to.deep.equal({ 'kubevigil-agents': 'privileged', kubevigil: 'restricted' });
    expect(await level('overlays/restricted')).to.deep.equal({
      'kubevigil-agents': 'restricted',
      kubevigil: 'restricted',
    });
    expect(await level('overlays/lab')).to.include({
      'kubevigil-lab': 'privileged',
      kubevigil: 'restricted',
    });
  });

  it('what is in a restricted namespace is admitted there', async () => {
    for (const overlay of OVERLAYS) {
      const objects = await render(overlay);
      // An export is applied beside an installation, whose namespace it shares.
      const restricted = new Set(['kubevigil']);
      for (const { kind, metadata } of objects) {
        const { labels } = metadata as { labels?: Record<string, string> };
        if (kind === 'Namespace' && labels?.['pod-security.kubernetes.io/enforce'] === 'restricted')
          restricted.add(metadata.name);
      }
      const places = containersOf(objects).filter(({ object }) =>
        restricted.has(object.metadata.namespace ?? ''),
      );
      expect(places.length, overlay).to.be.greaterThan(0);
      expect(
        places.flatMap((one) => objections(one, RESTRICTED)),
        overlay,
      ).to.deep.equal([]);
    }
    const agents = containersOf(await render('overlays/selinux')).filter(
      ({ container }) => container.name === 'exporter',
    );
    const refused = agents.flatMap((one) => objections(one, RESTRICTED));
    expect(refused).to.have.length(Object.keys(RESTRICTED).length - 1); // it takes no port of the host
  });

  it('the export has as many shards as pods', async () => {
    const { spec } = await objectOf('overlays/export', 'Job', 'kubevigil-export');
    const [container] = spec.template.spec.containers;
    expect(container.args).to.include(`--shard=auto/${spec.completions}`);
    expect(spec).to.include({ completionMode: 'Indexed', parallelism: spec.completions });
  });

  it('the builder runs one at a time, and tries for longer than a lock outlives a killed pod', async () => {
    const { spec } = await objectOf('.', 'CronJob', 'kubevigil-builder');
    expect(spec.concurrencyPolicy).to.equal('Forbid');
    const job = spec.jobTemplate.spec;
    expect(job.activeDeadlineSeconds).to.be.lessThan(3600);
    const shards = (await objectOf('overlays/export', 'Job', 'kubevigil-export')).spec;
    for (const tries of [job.backoffLimit, shards.backoffLimitPerIndex]) {
      // 10 s, doubled each time, and at most six minutes.
      const waits = Array.from({ length: tries }, (_, i) => Math.min(10 * 2 ** i, 360));
      expect(waits.reduce((sum, wait) => sum + wait) * 1000).to.be.within(LEASE_MS, 3_300_000);
    }
  });

  it('all rules of prometheus/rules are in the ConfigMap, which kustomize wants to have listed', async () => {
    const maps = (await render('overlays/prometheus')).filter(({ kind }) => kind === 'ConfigMap');
    const rules = maps.find(({ metadata }) => metadata.name.startsWith('kubevigil-rules'));
    const files = readdirSync(join(ROOT, 'prometheus', 'rules')).filter((name) => name.endsWith('.yml'));
    expect(Object.keys(rules?.['data'] ?? {}), 'see prometheus/kustomization.yaml').to.have.members(files);
  });

  it('one resource per file, named after its kind', () => {
    const files = filesBelow(MANIFESTS).filter((file) => file.endsWith('.yaml'));
    for (const file of files) {
      const documents = parseAllDocuments(readFileSync(file, 'utf8'));
      expect(documents, file).to.have.length(1);
      const { kind } = (documents[0]?.toJS() ?? {}) as { kind?: string };
      if (kind === undefined || !file.startsWith(join(MANIFESTS, 'base'))) continue;
      const wanted =
        kind === 'Kustomization' ? 'kustomization' : kind.replace(/(?<=.)[A-Z]/g, '-$&').toLowerCase();
      expect(file).to.match(new RegExp(`/${wanted}\\.yaml$`));
    }
  });

  it('each rule can be broken', () => {
    const deployment = (spec: object): Rendered => ({
      kind: 'Deployment',
      metadata: { name: 'bad' },
      spec: { template: { spec } },
    });
    const capabilities = { add: ['SYS_ADMIN'] };
    const root = { name: 'bad', image: 'kubevigil:latest', securityContext: { runAsUser: 0, capabilities } };
    const privileged = { name: 'bad', image: 'kubevigil', securityContext: { privileged: true } };
    const places = containersOf([
      deployment({ hostNetwork: true, hostPID: true, containers: [root] }),
      deployment({ containers: [privileged] }),
    ]);
    const said = places
      .flatMap((one) => objections(one))
      .map((line) => line.replace('Deployment bad, bad ', ''));
    expect(said).to.include.members(Object.keys(RULES));
  });
});
