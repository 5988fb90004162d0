/** What the machines are made of, fetched and built once into the cache folder. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../programs/debian.ts';
import { CACHE } from '../programs/paths.ts';
import { type Kernel, unpackKernel } from './kernel.ts';
import { ROOT_FILES } from './root-files.ts';
import { mirrorOfThisMachine, Suite } from './suite.ts';
import { diskOf, PACKAGES, unpackUserland } from './userland.ts';

/** The release whose userland all kernels run: the last whose systemd still runs version 1. */
const USERLAND = 'bookworm';
const DISK_SIZE = '2G';

export interface Assets {
  /** The root of every machine, which none of them changes. */
  readonly disk: string;
  /** By Debian's release. */
  readonly kernels: ReadonlyMap<string, Kernel>;
}

/** Changes when what is built from the same packages would be another. */
function recipe(suites: readonly string[]): string {
  const parts = JSON.stringify([PACKAGES, ROOT_FILES, suites, process.version]);
  return createHash('sha256').update(parts).digest('hex').slice(0, 16);
}

async function busyboxOf(suite: Suite, folder: string): Promise<string> {
  await command('dpkg', ['-x', await suite.download('busybox-static'), folder], suite.folder);
  const found = ['bin/busybox', 'usr/bin/busybox']
    .map((path) => join(folder, path))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error('busybox-static has no busybox');
  return found;
}

/**
 * The machines' root and kernels, from the cache folder or Debian's mirror.
 *
 * @param tell is told what is being done, as it takes a minute
 */
export async function assetsOf(
  suites: readonly string[],
  options: { readonly mirror: string | undefined; readonly fresh: boolean },
  tell: (line: string) => void,
): Promise<Assets> {
  const folder = join(CACHE, 'kernels');
  const done = join(folder, 'assets.json');
  const key = recipe(suites);
  if (!options.fresh && existsSync(done)) {
    const kept = JSON.parse(readFileSync(done, 'utf8')) as {
      key: string;
      disk: string;
      kernels: [string, Kernel][];
    };
    if (kept.key === key) return { disk: kept.disk, kernels: new Map(kept.kernels) };
  }
  // apt keeps what it has fetched: packages that are still the newest are not fetched again.
  rmSync(options.fresh ? folder : done, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const mirror = options.mirror ?? (await mirrorOfThisMachine(folder));
  tell("fetching Debian's packages into the project's cache folder");
  const opened = new Map<string, Suite>();
  for (const name of new Set([USERLAND, ...suites])) {
    opened.set(name, await Suite.open(name, mirror, join(folder, name)));
  }
  const userland = opened.get(USERLAND);
  if (userland === undefined) throw new Error(`${USERLAND} was not opened`);
  const root = join(folder, 'root');
  await unpackUserland(userland, root);
  const busybox = await busyboxOf(userland, join(folder, 'busybox'));
  const kernels: [string, Kernel][] = [];
  for (const name of suites) {
    const suite = opened.get(name);
    if (suite === undefined) throw new Error(`${name} was not opened`);
    tell(`unpacking the kernel of ${name}`);
    kernels.push([name, await unpackKernel(suite, root, busybox)]);
  }
  const disk = join(folder, 'root.img');
  tell("making the machines' disk");
  await diskOf(root, disk, DISK_SIZE);
  rmSync(root, { recursive: true });
  writeFileSync(done, JSON.stringify({ key, disk, kernels }));
  return { disk, kernels: new Map(kernels) };
}
