#!/usr/bin/env node
/**
 * `npm run release`: what is published beside the image, each the same bytes from the same commit (one version of npm).
 *
 *     kubevigil-<version>.tgz      the package
 *     sbom.cdx.json sbom.spdx.json what it is made of
 *     image-files.sha256           the files that the image has beside Node and Debian: `sha256sum --check` in it, from /
 *     SHA256SUMS                   of these
 *
 * `npm run release -- --layer FOLDER` leaves the image's own files in a folder.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runCommand, UsageError } from '../../common/cli.ts';
import { Program } from '../../common/flags.ts';
import { ROOT } from '../programs/paths.ts';
import { writeSboms } from '../sbom/write.ts';

/** The regular files below a folder, as `sha256sum` writes them. */
function sums(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => lstatSync(join(folder, name)).isFile())
    .sort()
    .map(
      (name) =>
        `${createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex')}  ${name}\n`,
    )
    .join('');
}

/** What the image has beside Node and its distribution; its files stay if somebody wants to look at them. */
function imageFiles(archive: string, kept: string | undefined): string {
  const layer = kept ?? mkdtempSync(join(tmpdir(), 'kubevigil-image-'));
  try {
    execFileSync(process.execPath, [join(ROOT, 'dist', 'tools', 'image', 'main.js'), layer, archive], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return sums(layer);
  } finally {
    if (kept === undefined) rmSync(layer, { recursive: true, force: true });
  }
}

/** A folder that is new or empty, as an absolute path. */
function emptyFolder(name: string): string {
  const folder = resolve(name);
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length > 0) throw new UsageError(`${name} is not empty: name another folder`);
  return folder;
}

function release(output: string, { layer }: { readonly layer?: string }): void {
  const folder = emptyFolder(output);
  const kept = layer === undefined ? undefined : emptyFolder(layer);
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
  const archive = execFileSync('npm', pack, {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
  writeSboms(ROOT, folder, process.env);
  writeFileSync(join(folder, 'image-files.sha256'), imageFiles(join(folder, archive), kept));
  const all = sums(folder);
  writeFileSync(join(folder, 'SHA256SUMS'), all);
  process.stdout.write(all);
}

const program = new Program('release')
  .description('Makes what is published beside the image.')
  .argument('[folder]', 'where to; it is new or empty', 'release')
  .option(
    '--layer <folder>',
    "where the image's own files stay, which are looked at and removed otherwise; it is new or empty",
  )
  .allowExcessArguments(false)
  .action(release);
await runCommand(program);
