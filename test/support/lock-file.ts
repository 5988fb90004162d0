import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.ts';

/** What package-lock.json has of a package. */
export interface Locked {
  readonly name: string;
  readonly version: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

/** The packages of the lock file by where they are installed; the project itself is not among them. */
export function lockedPackages(): Map<string, Locked> {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Omit<Locked, 'name'>>;
  };
  const others = Object.entries(packages).filter(([path]) => path !== '');
  return new Map(
    others.map(([path, one]) => [path, { name: path.replace(/^.*node_modules\//, ''), ...one }]),
  );
}
