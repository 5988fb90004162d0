/** What may be in a package and in an image. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.ts';

/** Not in a package, and not in an image: tests, caches, secrets, what only a developer has. */
export const UNWANTED =
  /(^|\/)(test|tests|fixtures|golden|coverage|demo-output|tools|\.git|\.cache|\.ci)(\/|$)|(^|\/)\.(env|npmrc|netrc)|\.(pem|key|crt|p12|tgz|log|tsbuildinfo|map)$|(^|\/)(id_rsa|kubeconfig|credentials|token)$/;

/** Paths of what is below a folder and no folder itself. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !lstatSync(join(folder, name)).isDirectory(),
  );
}

/** The programs of the package: their files by name. */
export function programs(): Record<string, string> {
  const text = readFileSync(join(ROOT, 'package.json'), 'utf8');
  return (JSON.parse(text) as { bin: Record<string, string> }).bin;
}
