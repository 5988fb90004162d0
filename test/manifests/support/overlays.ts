import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { KubernetesObject, V1PodTemplateSpec } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { program } from '../../../tools/programs/find.ts';
import { ROOT } from '../../support/paths.ts';
import { skip } from '../../support/skip.ts';

export const MANIFESTS = join(ROOT, 'manifests');

/** What can be applied: manifests/ itself, and each overlay, as paths from there. */
export const OVERLAYS = ['.', ...readdirSync(join(MANIFESTS, 'overlays')).map((name) => `overlays/${name}`)];

/** An object of a rendered overlay. */
export interface Rendered extends KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  // biome-ignore lint/suspicious/noExplicitAny: of any kind; the schemas say what it may be
  readonly spec?: any;
  // biome-ignore lint/suspicious/noExplicitAny: likewise
  readonly [field: string]: any;
}

const rendered = new Map<string, readonly Rendered[]>();

/**
 * What `kubectl apply -k` would send.
 *
 * @throws {Error} with what kustomize says of an overlay that it refuses
 */
export async function render(overlay: string): Promise<readonly Rendered[]> {
  const known = rendered.get(overlay);
  if (known !== undefined) return known;
  const text = execFileSync(await program('kubectl'), ['kustomize', join(MANIFESTS, overlay)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 << 20,
  });
  const objects = parseAllDocuments(text).map((document) => document.toJS() as Rendered);
  rendered.set(overlay, objects);
  return objects;
}

/**
 * What an overlay of a user's own would send: one of these, with components and resources beside it.
 *
 * @param folder empty, for that overlay's files
 * @param resources texts by file name
 * @param settings what else the kustomization says
 */
export function renderOwn(
  folder: string,
  overlay: string,
  components: readonly string[],
  resources: Readonly<Record<string, string>> = {},
  settings: object = {},
): Promise<readonly Rendered[]> {
  for (const [name, text] of Object.entries(resources)) writeFileSync(join(folder, name), text);
  const kustomization = {
    resources: [relative(folder, join(MANIFESTS, overlay)), ...Object.keys(resources)],
    components: components.map((name) => relative(folder, join(MANIFESTS, 'components', name))),
    ...settings,
  };
  writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
  return render(relative(MANIFESTS, folder));
}

/** Before the tests of overlays: skips them, with the reason, where there is no kubectl and none can be fetched. */
export async function needsKubectl(this: Mocha.Context): Promise<void> {
  const why = await program('kubectl').then(
    () => undefined,
    (error: unknown) => String(error),
  );
  if (why !== undefined) skip(this, why);
}

/** The pods that an object makes; undefined where it makes none. */
export function podTemplate({ kind, spec }: Rendered): V1PodTemplateSpec | undefined {
  if (kind === 'CronJob') return spec.jobTemplate.spec.template;
  return ['DaemonSet', 'Deployment', 'Job', 'StatefulSet'].includes(kind) ? spec.template : undefined;
}

/** The object of that kind and name. */
export async function objectOf(overlay: string, kind: string, name: string): Promise<Rendered> {
  const found = (await render(overlay)).find((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined) throw new Error(`${overlay} has no ${kind} ${name}`);
  return found;
}
