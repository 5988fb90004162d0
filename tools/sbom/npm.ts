import { execFileSync } from 'node:child_process';

/** The parts of npm's CycloneDX that we look at or replace. */
export interface CycloneDx {
  serialNumber?: string;
  metadata: { timestamp?: string; component: CycloneDxComponent };
  components: CycloneDxComponent[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}

export interface CycloneDxComponent {
  'bom-ref': string;
  type: string;
  name: string;
  version: string;
  hashes?: { alg: string; content: string }[];
  licenses?: ({ license: { id?: string; name?: string } } | { expression: string })[];
  externalReferences?: { type: string; url: string }[];
}

/** Likewise of its SPDX. */
export interface Spdx {
  name: string;
  documentNamespace: string;
  creationInfo: { created: string };
  packages: { SPDXID: string; name: string; versionInfo: string; downloadLocation: string }[];
  relationships: { spdxElementId: string; relatedSpdxElement: string; relationshipType: string }[];
}

/**
 * What npm says of a folder's dependencies: by the lock file, whatever is installed.
 *
 * @see https://docs.npmjs.com/cli/commands/npm-sbom
 */
export function npmSbom(folder: string, format: 'cyclonedx'): CycloneDx;
export function npmSbom(folder: string, format: 'spdx'): Spdx;
export function npmSbom(folder: string, format: 'cyclonedx' | 'spdx'): CycloneDx | Spdx {
  const flags = ['--package-lock-only', `--sbom-format=${format}`, '--sbom-type=application'];
  const text = execFileSync('npm', ['sbom', ...flags], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(text) as CycloneDx | Spdx;
}
