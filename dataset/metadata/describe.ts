import { entitiesText } from '../model/entity.ts';
import type { Manifest } from '../model/manifest.ts';
import { UNLABELLED } from '../summary/accounts.ts';

const DIGEST_SHOWN = 8;

/** The dataset's name: the one that its makers gave it, else one that no other dataset has. */
export function datasetName({ about, configDigest }: Manifest): string {
  return about?.name ?? `kubevigil-${configDigest.slice(0, DIGEST_SHOWN)}`;
}

/** `a`, `a and b`, `a, b and c` */
function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** The scenarios that rows are labelled with. */
export function attackClasses({ classBalance }: Manifest): string[] {
  return Object.keys(classBalance).filter((label) => label !== 'normal' && label !== UNLABELLED);
}

/** A time without the fraction of a second that it rarely has. */
function seconds(time: string): string {
  return time.replace('.000Z', 'Z');
}

/** One paragraph on what the dataset holds. */
export function describe(manifest: Manifest): string {
  const { about, rows, columns, start, end, step } = manifest;
  if (about?.description !== undefined) return about.description;
  const features = columns.filter(({ type }) => type === 'double').length;
  const attacks = attackClasses(manifest);
  const none = manifest.labels.length === 0 ? 'not labelled' : 'without a labelled attack';
  const labels = attacks.length === 0 ? none : `labelled with ${listed(attacks)}`;
  return `Time series of ${entitiesText(manifest)}: ${rows} rows of ${features} security and performance features, one per ${manifest.entity} and ${step}, from ${seconds(start)} to ${seconds(end)}, ${labels}.`;
}
