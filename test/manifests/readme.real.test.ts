import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from '../support/paths.ts';
import { needsKubectl, OVERLAYS, render } from './support/overlays.ts';

const DOCUMENTS = [
  'docs/getting-started/install-cluster.md',
  'docs/guides/detect-attacks.md',
  'manifests/README.md',
];

type Objects = Awaited<ReturnType<typeof render>>;

/** The commands of one block of a document, without their comments. */
function blocksOf(file: string): string[][] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) =>
    block.split('\n').map((line) => line.replace(/\s+#.*$/, '')),
  );
}

/** Whether an object that a command names as `cronjob/kubevigil-builder` is among those applied. */
function isThere(objects: Objects, namespace: string, kind: string, name: string): boolean {
  return objects.some(
    (each) =>
      each.kind.toLowerCase() === kind &&
      each.metadata.name === name &&
      each.metadata.namespace === namespace,
  );
}

describe('the commands that the documents give for a cluster', () => {
  before(needsKubectl);

  const all = async () => (await Promise.all(OVERLAYS.map((overlay) => render(overlay)))).flat();

  for (const file of DOCUMENTS) {
    it(`${file}: name what the manifests have`, async () => {
      const objects = await all();
      const lines = blocksOf(file).flat();
      const made = new Set(lines.flatMap((line) => /create job --from=\S+ ([\w-]+)/.exec(line)?.[1] ?? []));
      const named = lines.flatMap((line) => {
        const [, namespace, rest = ''] = /^kubectl -n (\S+) (.*)$/.exec(line) ?? [];
        return [...rest.matchAll(/\b(cronjob|deployment|daemonset|statefulset|job)\/([\w-]+)/g)]
          .filter(([, kind, name]) => kind !== 'job' || !made.has(name ?? ''))
          .map(([, kind = '', name = '']) => ({ namespace: namespace ?? '', kind, name }));
      });
      expect(named.length).to.be.greaterThan(0);
      for (const { namespace, kind, name } of named) {
        expect(isThere(objects, namespace, kind, name), `${namespace}: ${kind}/${name}`).to.equal(true);
      }
    });
  }

  it('a job is made only where what was applied has the Prometheus that it asks', async () => {
    const blocks = DOCUMENTS.flatMap(blocksOf);
    const together = blocks.filter(
      (block) =>
        block.some((line) => line.includes('apply -k')) &&
        block.some((line) => line.includes('--from=cronjob/')),
    );
    expect(together.length).to.be.greaterThan(0);
    for (const block of together) {
      const applied = /apply -k manifests\/?(\S*)/.exec(block.join('\n'))?.[1] ?? '';
      const objects = await render(applied === '' ? '.' : applied);
      const configs = objects.filter(({ kind }) => kind === 'ConfigMap');
      const text = configs.map((each) => JSON.stringify(each['data'])).join();
      const [, service = '', namespace = ''] = /http:\/\/([\w-]+)\.([\w-]+)\.svc/.exec(text) ?? [];
      expect(isThere(objects, namespace, 'service', service), `${applied}: ${service}.${namespace}`).to.equal(
        true,
      );
    }
  });
});
