import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { ROOT } from '../../support/paths.ts';
import type { Rendered } from './overlays.ts';

const FIXTURES = join(ROOT, 'test', 'fixtures');
const RECORDED = join(FIXTURES, 'kubernetes-schemas');

/** The releases whose schemas are recorded, such as `v1.37.0`. */
export const RELEASES = readdirSync(RECORDED).map((file) => file.replace(/\.json$/, ''));

const GROUPS: Readonly<Record<string, string>> = {
  v1: 'io.k8s.api.core.v1',
  'apps/v1': 'io.k8s.api.apps.v1',
  'batch/v1': 'io.k8s.api.batch.v1',
  'networking.k8s.io/v1': 'io.k8s.api.networking.v1',
  'rbac.authorization.k8s.io/v1': 'io.k8s.api.rbac.v1',
  'monitoring.coreos.com/v1': 'monitoring.coreos.com.v1',
};

function load(file: string): object {
  return JSON.parse(readFileSync(file, 'utf8')) as object;
}

/** What a release's schemas have against an object: a path and a reason each; a kind that they do not have is one. */
export function validatorOf(release: string): (object: Rendered) => string[] {
  // Formats are Kubernetes' own (int32, int-or-string); vendor keywords say nothing about what is valid.
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(load(join(RECORDED, `${release}.json`)), 'kubernetes');
  ajv.addSchema(load(join(FIXTURES, 'prometheus-operator', 'v1.json')), 'operator');
  return (object) => {
    const group = GROUPS[object['apiVersion'] as string];
    if (group === undefined) return [`apiVersion ${object['apiVersion']}: not recorded`];
    const file = group.startsWith('io.k8s') ? 'kubernetes' : 'operator';
    const validate: ValidateFunction | undefined = ajv.getSchema(`${file}#/$defs/${group}.${object.kind}`);
    if (validate === undefined) return [`kind ${object.kind}: not recorded`];
    validate(object);
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
}
