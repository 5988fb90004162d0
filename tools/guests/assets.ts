/** What the machines are made of, fetched and built once into the cache folder. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { command } from '../programs/debian.ts';
import { CACHE } from '../programs/paths.ts';
import { type Kernel, unpackKernel } from './kernel.ts';
import { SUITES } from './kernels.ts';
import { ROOT_FILES } from './root-files.ts';
import { mirrorOfThisMachine, Suite } from './suite.ts';
import { diskOf, PACKAGES, unpackUserland } from './userland.ts';

/** The release whose userland all kernels run: the last whose systemd still runs version 1. */
const USERLAND = 'bookworm';
const DISK_SIZE = '2G';

export interface Assets {
  /** The root of every machine, which none of them changes. */
  readonly disk: string;
  /** By version. */
  readonly kernels: ReadonlyMap<string, Kernel>;
}

/** Changes when what is built from the same packages would be another. */
function recipe(): string {
  const parts = JSON.stringify([PACKAGES, ROOT_FILES, [...SUITES.values()], process.version]);
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

/** What is kept of a build: paths are those below the cache folder, which may be reached by another path the next time. */
interface Kept {
  readonly key: string;
  readonly disk: string;
  readonly kernels: readonly (readonly [string, Kernel])[];
}

/** What an earlier run has built of the same packages, if all of it is still there. */
function built(folder: string, done: string): Assets | undefined {
  if (!existsSync(done)) return undefined;
  const kept = JSON.parse(readFileSync(done, 'utf8')) as Kept;
  if (kept.key !== recipe()) return undefined;
  const within = (path: string) => resolve(folder, path);
  const kernels = new Map(
    kept.kernels.map(([name, { image, initrd }]) => [name, { image: within(image), initrd: within(initrd) }]),
  );
  const disk = within(kept.disk);
  const files = [disk, ...[...kernels.values()].flatMap(({ image, initrd }) => [image, initrd])];
  return files.every((file) => existsSync(file)) ? { disk, kernels } : undefined;
}

function keep(folder: string, done: string, { disk, kernels }: Assets): void {
  const within = (path: string) => relative(folder, path);
  const kept: Kept = {
    key: recipe(),
    disk: within(disk),
    kernels: [...kernels].map(([name, { image, initrd }]) => [
      name,
      { image: within(image), initrd: within(initrd) },
    ]),
  };
  writeFileSync(done, JSON.stringify(kept));
}

/**
 * The guests' root and kernels, from the cache folder or Debian's mirror.
 *
 * @param tell is told what is being done, as it takes a minute
 */
export async function assetsOf(
  options: { readonly mirror: string | undefined; readonly fresh: boolean },
  tell: (line: string) => void,
): Promise<Assets> {
  const folder = join(CACHE, 'kernels');
  const done = join(folder, 'assets.json');
  const found = options.fresh ? undefined : built(folder, done);
  if (found !== undefined) return found;
  // apt keeps what it has fetched: packages that are still the newest are not fetched again.
  rmSync(options.fresh ? folder : done, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const mirror = options.mirror ?? (await mirrorOfThisMachine(folder));
  tell("fetching Debian's packages into the project's cache folder");
  const opened = new Map<string, Suite>();
  for (const name of new Set([USERLAND, ...SUITES.values()])) {
    opened.set(name, await Suite.open(name, mirror, join(folder, name)));
  }
  const userland = opened.get(USERLAND);
  if (userland === undefined) throw new Error(`${USERLAND} was not opened`);
  const root = join(folder, 'root');
  await unpackUserland(userland, root);
  const busybox = await busyboxOf(userland, join(folder, 'busybox'));
  const kernels = new Map<string, Kernel>();
  for (const [version, name] of SUITES) {
    const suite = opened.get(name);
    if (suite === undefined) throw new Error(`${name} was not opened`);
    tell(`unpacking the kernel of ${name}`);
    kernels.set(version, await unpackKernel(suite, root, busybox));
  }
  const disk = join(folder, 'root.img');
  tell("making the guests' disk");
  await diskOf(root, disk, DISK_SIZE);
  rmSync(root, { recursive: true });
  keep(folder, done, { disk, kernels });
  return { disk, kernels };
}
