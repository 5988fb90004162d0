#!/usr/bin/env node
/**
 * Puts together what the container image has beside Node and its distribution: the files of the package, its
 * dependencies without what only developers read, the programs under their names, and what all of it is made of (sbom.*.json). The
 * same commit gives the same bytes, rights and times.
 *
 *     node dist/tools/image/main.js FOLDER [PACKAGE]
 *
 * With a package that `npm pack` has made, its files are those of that package.
 * The Dockerfile runs it, and so does the test that looks at the result. Nothing in it depends on the architecture.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../programs/paths.ts';
import { writeSboms } from '../sbom/write.ts';
import { isForDevelopers } from './files.ts';
import { settle } from './settle.ts';

function run(file: string, args: readonly string[], cwd: string): string {
  return execFileSync(file, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

function prune(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    const isLink = statSync(path, { throwIfNoEntry: false }) === undefined;
    if (isLink || (statSync(path).isFile() && isForDevelopers(name))) rmSync(path);
  }
}

/** Puts what `npm pack` makes of the checkout into a folder. */
function unpackOwn(into: string): void {
  const archive = run(
    'npm',
    ['pack', '--silent', '--ignore-scripts', '--pack-destination', into],
    ROOT,
  ).trim();
  unpack(join(into, archive), into);
  rmSync(join(into, archive));
}

function unpack(archive: string, into: string): void {
  run('tar', ['-xzf', archive, '--strip-components=1', '-C', into], into);
}

const [target, packed] = process.argv.slice(2);
if (target === undefined) throw new Error('say where to: node dist/tools/image/main.js FOLDER');
const app = join(target, 'app');
const bin = join(target, 'usr', 'local', 'bin');
for (const folder of [app, bin]) mkdirSync(folder, { recursive: true });
if (packed === undefined) unpackOwn(app);
else unpack(packed, app);
for (const file of ['package-lock.json', '.npmrc']) copyFileSync(join(ROOT, file), join(app, file));
run(
  'npm',
  ['ci', '--omit=dev', '--ignore-scripts', '--no-bin-links', '--prefer-offline', '--loglevel=error'],
  app,
);
for (const file of ['package-lock.json', '.npmrc', 'node_modules/.package-lock.json'])
  rmSync(join(app, file));
prune(join(app, 'node_modules'));
const { bin: programs } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8')) as {
  bin: Record<string, string>;
};
for (const [name, path] of Object.entries(programs)) {
  chmodSync(join(app, path), 0o755);
  symlinkSync(join('/app', path), join(bin, name));
}
writeSboms(ROOT, app, process.env);
settle(target);
