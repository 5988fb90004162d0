import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { assert, constantFrom, dictionary, oneof, property, stringMatching } from 'fast-check';
import { temporaryFolder } from '../support/temporary.ts';
import { mayConnect, type Peer, targetsOf } from './support/network.ts';
import { MANIFESTS, needsKubectl, OVERLAYS, type Rendered, render, renderOwn } from './support/overlays.ts';

const NAME = 'app.kubernetes.io/name';
/** Port of each pod that is asked for anything. */
const PORTS = {
  'kubevigil-detector': 24_927,
  'kubevigil-exporter': 24_924,
  'kubevigil-scenarios': 24_925,
  'kubevigil-stream': 24_926,
  prometheus: 9_090,
};
const ALL_PORTS = [...Object.values(PORTS), 22, 443, 8_080];

/** Who may ask whom, as `namespace/name -> name`, in each overlay. */
const OF_PROMETHEUS = ['kubevigil/prometheus -> kubevigil-exporter'];
const WITH_PROMETHEUS = [...OF_PROMETHEUS, 'kubevigil/kubevigil-builder -> prometheus'];
const NAMES = [
  ...['kubevigil-builder', 'kubevigil-detector', 'kubevigil-exporter', 'kubevigil-scenarios'],
  ...['kubevigil-stream', 'kubevigil-training', 'prometheus'],
];
const IN_LAB = [
  ...WITH_PROMETHEUS,
  'kubevigil/prometheus -> kubevigil-scenarios',
  'kubevigil-lab/kubevigil-scenarios -> prometheus',
  ...NAMES.map((name) => `kubevigil-lab/${name} -> kubevigil-scenarios`),
];
const ADMITTED: Readonly<Record<string, readonly string[]>> = {
  '.': OF_PROMETHEUS,
  'overlays/authorization': WITH_PROMETHEUS,
  'overlays/export': [],
  'overlays/detector': [
    ...IN_LAB,
    'kubevigil/kubevigil-stream -> prometheus',
    'kubevigil/kubevigil-detector -> kubevigil-stream',
    ...['detector', 'stream'].map((name) => `kubevigil/prometheus -> kubevigil-${name}`),
  ],
  'overlays/detector-operator': [
    'kubevigil/kubevigil-detector -> kubevigil-stream',
    ...['detector', 'exporter', 'stream'].map((name) => `monitoring/prometheus -> kubevigil-${name}`),
  ],
  'overlays/lab': IN_LAB,
  'overlays/operator': ['monitoring/prometheus -> kubevigil-exporter'],
  'overlays/prometheus': WITH_PROMETHEUS,
  'overlays/restricted': OF_PROMETHEUS,
  'overlays/s3': OF_PROMETHEUS,
  'overlays/selinux': OF_PROMETHEUS,
};

const NAMESPACES = ['default', 'kube-system', 'kubevigil', 'kubevigil-agents', 'kubevigil-lab', 'monitoring'];

/** A pod that has every label by which anybody is known, and one name. */
const pretending = (namespace: string, name: string): Peer => ({
  namespace,
  labels: { [NAME]: name, 'app.kubernetes.io/part-of': 'kubevigil', 'kubevigil.io/role': name },
});

function admitted(objects: readonly Rendered[]): string[] {
  const targets = targetsOf(objects);
  return NAMESPACES.flatMap((namespace) =>
    NAMES.flatMap((name) =>
      targets
        .filter((to) => ALL_PORTS.some((port) => mayConnect(objects, pretending(namespace, name), to, port)))
        .map((to) => `${namespace}/${name} -> ${to.labels[NAME]}`),
    ),
  );
}

describe('who may connect to what, by the network policies', () => {
  const newFolder = temporaryFolder();
  before(needsKubectl);

  for (const overlay of OVERLAYS) {
    // An export's pods are under the policies of the installation that it lies beside.
    const isBeside = overlay === 'overlays/export';
    const objectsOf = async () => [...(await render(overlay)), ...(isBeside ? await render('.') : [])];
    const known = isBeside ? ADMITTED['.'] : ADMITTED[overlay];

    it(`${overlay}: those that are meant, and a label alone is no ticket`, async () => {
      expect([...new Set(admitted(await objectsOf()))]).to.have.members(known ?? ['not in the table']);
    });

    it(`${overlay}: nobody of another namespace, whatever its labels`, async () => {
      const objects = await objectsOf();
      const targets = targetsOf(objects);
      expect(targets.length).to.be.greaterThan(0);
      const inside = new Set((known ?? []).map((line) => line.split('/')[0] ?? ''));
      const namespace = oneof(stringMatching(/^[a-z][a-z0-9-]{0,20}[a-z0-9]$/), constantFrom(...NAMESPACES));
      const keys = [NAME, 'app.kubernetes.io/part-of', 'kubernetes.io/metadata.name', 'namespace'];
      const labels = dictionary(constantFrom(...keys), constantFrom(...NAMES, 'kubevigil', ...NAMESPACES));
      assert(
        property(namespace, labels, (other, own) => {
          if (inside.has(other)) return;
          for (const to of targets)
            for (const port of ALL_PORTS)
              expect(mayConnect(objects, { namespace: other, labels: own }, to, port)).to.equal(false);
        }),
      );
    });
  }

  it('no port but the one that is served is open, to nobody', async () => {
    const objects = await render('overlays/detector');
    for (const to of targetsOf(objects))
      for (const [namespace, name] of NAMESPACES.flatMap((each) => NAMES.map((one) => [each, one] as const)))
        for (const port of ALL_PORTS)
          if (port !== PORTS[to.labels[NAME] as keyof typeof PORTS])
            expect(mayConnect(objects, pretending(namespace, name), to, port)).to.equal(false);
  });

  it('one object of an overlay of yours names another namespace, for all policies', async () => {
    const readme = readFileSync(join(MANIFESTS, 'README.md'), 'utf8');
    const object = /^# scraper\.yaml\n.*?(?=^```)/ms.exec(readme)?.[0] ?? '';
    for (const overlay of ['.', 'overlays/detector', 'overlays/detector-operator', 'overlays/operator']) {
      const objects = await renderOwn(newFolder(), overlay, ['scraper'], { 'scraper.yaml': object });
      expect(objects.map(({ metadata }) => metadata.name)).not.to.include('kubevigil-scraper');
      const peers = [...new Set(admitted(objects))].filter((line) => /-> kubevigil-/.test(line));
      expect(
        peers.filter(
          (line) => !/^kubevigil-lab\/|^kubevigil\/kubevigil-detector -> kubevigil-stream$/.test(line),
        ),
        overlay,
      ).to.deep.equal([]);
      for (const to of targetsOf(objects)) {
        const port = PORTS[to.labels[NAME] as keyof typeof PORTS];
        if (!/detector|exporter|scenarios|stream/.test(to.labels[NAME] ?? '')) continue;
        expect(mayConnect(objects, pretending('observability', 'prometheus'), to, port)).to.equal(true);
      }
    }
  });
});
