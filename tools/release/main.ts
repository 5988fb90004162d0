#!/usr/bin/env node
/**
 * `npm run release`: what is published beside the image, each the same bytes from the same commit (one version of npm).
 *
 *     kubevigil-<version>.tgz      the package
 *     sbom.cdx.json sbom.spdx.json what it is made of
 *     image-files.sha256           the files that the image has beside Node and Debian: `sha256sum --check` in it, from /
 *     SHA256SUMS                   of these
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

function imageFiles(): string {
  const layer = mkdtempSync(join(tmpdir(), 'kubevigil-image-'));
  try {
    execFileSync(process.execPath, [join(ROOT, 'dist', 'tools', 'image', 'main.js'), layer], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return sums(layer);
  } finally {
    rmSync(layer, { recursive: true, force: true });
  }
}

function release(output: string): void {
  const folder = resolve(output);
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length > 0) throw new UsageError(`${output} is not empty: name another folder`);
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
  execFileSync('npm', pack, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  writeSboms(ROOT, folder, process.env);
  writeFileSync(join(folder, 'image-files.sha256'), imageFiles());
  const all = sums(folder);
  writeFileSync(join(folder, 'SHA256SUMS'), all);
  process.stdout.write(all);
}

const program = new Program('release')
  .description('Makes what is published beside the image.')
  .argument('[folder]', 'where to; it is new or empty', 'release')
  .allowExcessArguments(false)
  .action(release);
await runCommand(program);
