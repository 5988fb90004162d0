import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../../support/paths.ts';
import type { Addition } from './additions.ts';

/** What is not of the sources; `node_modules` is linked, and `dist` is copied so that little has to be compiled again. */
const LEFT_OUT = ['.git', '.cache', 'coverage', 'demo-output', 'cluster-output', 'node_modules', 'release'];

/** Copies the checkout to a folder that is there and empty. */
export function copyTree(to: string): void {
  for (const name of readdirSync(ROOT).filter((name) => !LEFT_OUT.includes(name)))
    cpSync(join(ROOT, name), join(to, name), { recursive: true, verbatimSymlinks: true });
  symlinkSync(join(ROOT, 'node_modules'), join(to, 'node_modules'));
}

/** Puts an addition into a tree. */
export function add(tree: string, { what, files = {}, entries = {} }: Addition): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text, { flag: 'wx' });
  }
  for (const [path, [after, text]] of Object.entries(entries)) {
    const before = readFileSync(join(tree, path), 'utf8');
    const at = after === '' ? before.length : before.indexOf(after) + after.length;
    if (!before.includes(after)) throw new Error(`${what}: ${path} has no ${JSON.stringify(after)}`);
    writeFileSync(join(tree, path), before.slice(0, at) + text + before.slice(at));
  }
}

/** Paths of the regular files of a tree, beside what is compiled. */
function filesOf(root: string): string[] {
  const isFile = (path: string) => lstatSync(join(root, path)).isFile();
  const top = readdirSync(root).filter((name) => name !== 'dist' && !LEFT_OUT.includes(name));
  const below = (name: string) =>
    readdirSync(join(root, name), { recursive: true, encoding: 'utf8' }).map((path) => join(name, path));
  return top
    .flatMap((name) => (lstatSync(join(root, name)).isDirectory() ? below(name) : [name]))
    .filter(isFile);
}

/** Paths of the files that are not in both trees with the same bytes. */
export function differingFiles(tree: string): string[] {
  const [here, there] = [new Set(filesOf(ROOT)), new Set(filesOf(tree))];
  const isSame = (path: string) =>
    here.has(path) &&
    there.has(path) &&
    readFileSync(join(ROOT, path)).equals(readFileSync(join(tree, path)));
  return [...new Set([...here, ...there])].filter((path) => !isSame(path)).sort();
}
