#!/usr/bin/env node
/**
 * Records of Kubernetes' JSON schemas what manifests/ uses, for the tests:
 *
 *     pip download --no-deps kubernetes-validate && unzip kubernetes_validate-*.whl
 *     node dist/tools/record-schemas/main.js kubernetes_validate/kubernetes-json-schema 1.35.0 1.36.0 1.37.0
 *
 * Descriptions are left out. The package's schemas are made from the OpenAPI document of each release and refuse fields
 * that it does not have.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../programs/paths.ts';

const KINDS = [
  ...['apps.v1.DaemonSet', 'apps.v1.Deployment', 'apps.v1.StatefulSet', 'batch.v1.CronJob', 'batch.v1.Job'],
  ...['core.v1.ConfigMap', 'core.v1.Namespace', 'core.v1.PersistentVolumeClaim', 'core.v1.ResourceQuota'],
  ...['core.v1.Service', 'core.v1.ServiceAccount', 'networking.v1.NetworkPolicy'],
  ...['rbac.v1.ClusterRole', 'rbac.v1.ClusterRoleBinding', 'rbac.v1.Role', 'rbac.v1.RoleBinding'],
].map((kind) => `io.k8s.api.${kind}`);
const REFERENCE = /^.*#\/\$defs\//;

type Schema = { readonly [key: string]: unknown };

/** The schema without descriptions, its references made to point into the same file. */
function plain(value: unknown, found: (name: string) => void): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item, found));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, child]): [string, unknown][] => {
    if (key === 'description' && typeof child === 'string') return [];
    if (key !== '$ref' || typeof child !== 'string') return [[key, plain(child, found)]];
    const name = child.replace(REFERENCE, '');
    found(name);
    return [[key, `#/$defs/${name}`]];
  });
  return Object.fromEntries(entries);
}

function subset(all: Schema): Schema {
  const kept: Record<string, unknown> = {};
  const wanted = [...KINDS];
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (name in kept) continue;
    if (all[name] === undefined) throw new Error(`there is no definition of ${name}`);
    kept[name] = plain(all[name], (other) => wanted.push(other));
  }
  return Object.fromEntries(Object.entries(kept).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const [source = '', ...versions] = process.argv.slice(2);
const target = join(ROOT, 'test', 'fixtures', 'kubernetes-schemas');
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const version of versions) {
  const file = join(source, `v${version}-local-strict`, '_definitions.json');
  const { $defs } = JSON.parse(readFileSync(file, 'utf8')) as { $defs: Schema };
  const lines = Object.entries(subset($defs)).map(
    ([name, schema]) => `${JSON.stringify(name)}: ${JSON.stringify(schema)}`,
  );
  const comment = `Kubernetes ${version}, from kubernetes-validate on PyPI (Apache-2.0); written by tools/record-schemas`;
  const text = `{"$comment": ${JSON.stringify(comment)}, "$defs": {\n${lines.join(',\n')}\n}}\n`;
  writeFileSync(join(target, `v${version}.json`), text);
}
