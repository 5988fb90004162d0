/** The lab overlay with an image of one's own, as a folder for `kubectl apply -k`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stringify } from 'yaml';

interface ImageParts {
  readonly newName: string;
  readonly newTag?: string;
  readonly digest?: string;
}

/**
 * `registry:5000/kubevigil:0.1.0` or `registry/kubevigil@sha256:…`, as kustomize wants it.
 *
 * @throws {Error} without a tag or digest: what was tested would not be known afterwards
 */
export function imageParts(image: string): ImageParts {
  const [byDigest, digest] = image.split('@');
  if (byDigest !== undefined && digest !== undefined && /^sha256:[0-9a-f]{64}$/.test(digest)) {
    return { newName: byDigest, digest };
  }
  const match = /^([^@]+):([\w][\w.-]{0,127})$/.exec(image);
  const [, newName, newTag] = match ?? [];
  if (newName === undefined || newTag === undefined || newTag.includes('/') || newTag === 'latest') {
    throw new Error(`${image} names no version: write it like registry/kubevigil:0.1.0 or …@sha256:…`);
  }
  return { newName, newTag };
}

/** Settings of the test: a short campaign, and a dataset of its time alone. */
export interface LabOptions {
  readonly image: string;
  /** The campaign, as `kubevigil-scenarios run` reads it. */
  readonly plan: object;
  readonly dataset: object;
}

/** Writes kustomization.yaml and what it refers to into `folder`, on top of the overlay at `lab`. */
export function writeLab(folder: string, lab: string, { image, plan, dataset }: LabOptions): void {
  mkdirSync(folder, { recursive: true });
  const generated = (name: string, namespace: string, file: string) => ({
    ...{ name, namespace, behavior: 'replace', files: [file] },
  });
  writeFileSync(join(folder, 'plan.yaml'), stringify(plan));
  writeFileSync(join(folder, 'dataset.yaml'), stringify(dataset));
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [relative(folder, lab)],
    images: [{ name: 'kubevigil', ...imageParts(image) }],
    configMapGenerator: [
      generated('kubevigil-plan', 'kubevigil-lab', 'plan.yaml'),
      generated('kubevigil-builder', 'kubevigil', 'dataset.yaml'),
    ],
  };
  writeFileSync(join(folder, 'kustomization.yaml'), stringify(kustomization));
}
