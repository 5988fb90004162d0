/** npm's documents, so that the same dependencies give the same bytes, wherever and whenever. */
import { createHash } from 'node:crypto';
import { mayShip } from './licences.ts';
import type { CycloneDx, CycloneDxComponent, Spdx } from './npm.ts';

/** A UUID that follows from a content; its version says that it is made in a way of its own (RFC 9562, 5.8). */
function uuidOf(content: unknown): string {
  const hex = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(18, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

function by<T>(key: (one: T) => string): (a: T, b: T) => number {
  return (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
}

/** Where a package was fetched from is a matter of the machine that did: an address of a mirror is nobody's business. */
function withoutPlaces(component: CycloneDxComponent): CycloneDxComponent {
  const { externalReferences = [] } = component;
  return {
    ...component,
    externalReferences: externalReferences.filter(({ type }) => type !== 'distribution'),
  };
}

/** @param created of the release; undefined leaves it out, which CycloneDX allows */
export function cycloneDx(said: CycloneDx, name: string, created: Date | undefined): CycloneDx {
  const { timestamp: _, ...metadata } = said.metadata;
  const document = {
    ...said,
    serialNumber: '',
    metadata: {
      ...(created !== undefined && { timestamp: created.toISOString() }),
      ...metadata,
      // npm names it after the folder that it lies in.
      component: { ...withoutPlaces(metadata.component), name },
    },
    components: said.components.map(withoutPlaces).sort(by((one) => one['bom-ref'])),
    dependencies: [...said.dependencies].sort(by(({ ref }) => ref)),
  };
  return { ...document, serialNumber: `urn:uuid:${uuidOf(document)}` };
}

/** @param created of the release; undefined is the beginning of Unix time, since SPDX wants one */
export function spdx(said: Spdx, created: Date | undefined): Spdx {
  const document = {
    ...said,
    documentNamespace: '',
    creationInfo: {
      ...said.creationInfo,
      created: (created ?? new Date(0)).toISOString().replace(/\.\d+Z$/, 'Z'),
    },
    packages: said.packages
      .map((one) => ({ ...one, downloadLocation: 'NOASSERTION' }))
      .sort(by(({ SPDXID }) => SPDXID)),
    relationships: [...said.relationships].sort(
      by((one) => `${one.spdxElementId} ${one.relatedSpdxElement}`),
    ),
  };
  const id = said.name.replace('@', '-');
  return { ...document, documentNamespace: `http://spdx.org/spdxdocs/${id}-${uuidOf(document)}` };
}

function licencesOf({ licenses = [] }: CycloneDxComponent): string[] {
  return licenses.map((one) =>
    'expression' in one ? one.expression : (one.license.id ?? one.license.name ?? ''),
  );
}

/** Components that have no licence, or one of which we ship no code, with that licence. */
export function refusedLicences({ components }: CycloneDx): string[] {
  return components.flatMap((component) => {
    const licences = licencesOf(component);
    if (licences.length > 0 && licences.every(mayShip)) return [];
    return [`${component['bom-ref']} (${licences.join(', ') || 'none is named'})`];
  });
}
