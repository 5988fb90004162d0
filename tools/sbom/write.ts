import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cycloneDx, refusedLicences, spdx } from './documents.ts';
import { npmSbom } from './npm.ts';
import { inProduction } from './production.ts';

/**
 * The time that a release is of, by the variable that builds agree on.
 *
 * @see https://reproducible-builds.org/specs/source-date-epoch/
 * @throws {Error} when it is no number of seconds
 */
function sourceDate({ SOURCE_DATE_EPOCH: seconds = '' }: NodeJS.ProcessEnv): Date | undefined {
  if (seconds === '') return undefined;
  if (!/^\d{1,11}$/.test(seconds)) throw new Error(`SOURCE_DATE_EPOCH=${seconds} is no number of seconds`);
  return new Date(Number(seconds) * 1000);
}

/**
 * Writes what a checkout's programs are made of, as `sbom.cdx.json` (CycloneDX) and `sbom.spdx.json` (SPDX).
 *
 * @returns the paths
 * @throws {Error} one line: a dependency has a licence of which we ship no code
 */
export function writeSboms(root: string, folder: string, env: NodeJS.ProcessEnv): string[] {
  const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name: string };
  const created = sourceDate(env);
  const said = inProduction(root, (production) => ({
    cyclonedx: npmSbom(production, 'cyclonedx'),
    spdx: npmSbom(production, 'spdx'),
  }));
  const document = cycloneDx(said.cyclonedx, name, created);
  const refused = refusedLicences(document);
  if (refused.length > 0) {
    throw new Error(`licences that tools/sbom/licences.ts does not have: ${refused.join(', ')}`);
  }
  const documents = { 'sbom.cdx.json': document, 'sbom.spdx.json': spdx(said.spdx, created) };
  mkdirSync(folder, { recursive: true });
  return Object.entries(documents).map(([file, content]) => {
    const path = join(folder, file);
    writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`);
    return path;
  });
}
