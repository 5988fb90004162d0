import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Manifest {
  devDependencies?: unknown;
}

interface LockFile {
  packages: Record<string, Manifest & { dev?: boolean }>;
}

function withoutDevelopment<T extends Manifest>({
  devDependencies: _,
  ...rest
}: T): Omit<T, 'devDependencies'> {
  return rest;
}

/** A lock file without the packages that development alone needs, which npm marks `dev`. */
function productionLock(lock: LockFile): LockFile {
  const packages = Object.entries(lock.packages).filter(([, { dev }]) => dev !== true);
  return {
    ...lock,
    packages: Object.fromEntries(
      packages.map(([path, one]) => [path, path === '' ? withoutDevelopment(one) : one]),
    ),
  };
}

/**
 * Does something in a folder that has a checkout's package.json and lock file, as if there were no development. `npm sbom --omit=dev`
 * leaves out what both are in need of: with npm 11, zod and yaml were not in the document.
 */
export function inProduction<T>(root: string, work: (folder: string) => T): T {
  const read = (name: string) => JSON.parse(readFileSync(join(root, name), 'utf8')) as unknown;
  const folder = mkdtempSync(join(tmpdir(), 'kubevigil-sbom-'));
  const write = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value));
  try {
    write('package.json', withoutDevelopment(read('package.json') as Manifest));
    write('package-lock.json', productionLock(read('package-lock.json') as LockFile));
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
