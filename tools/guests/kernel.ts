/** A kernel of Debian's: unpacked, with its modules in the machines' root and a first root that finds that. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { command } from '../programs/debian.ts';
import { type CpioEntry, cpio } from './cpio.ts';
import type { Suite } from './suite.ts';

const FOLDER = 0o040755;
const PROGRAM = 0o100755;
const FILE = 0o100644;

/** What the first root needs to see the disk; a kernel that has one of them built in has no module. */
const MODULES = ['virtio_pci', 'virtio_blk', 'ext4'];

const INIT = `#!/bin/busybox sh
B=/bin/busybox
$B mount -t proc proc /proc; $B mount -t sysfs sys /sys; $B mount -t devtmpfs dev /dev
for m in $($B cat /modules/order); do $B insmod /modules/$m; done
i=0; while ! [ -b /dev/vda ] && [ $i -lt 100 ]; do $B sleep 0.1; i=$((i+1)); done
$B mount -t ext4 /dev/vda /new
$B mount --move /dev /new/dev; $B umount /proc; $B umount /sys
exec $B switch_root /new /sbin/init
`;

/** What qemu starts. */
export interface Kernel {
  readonly image: string;
  readonly initrd: string;
}

/** Folders of a package of any release: /lib is below /usr since 2024. */
function below(tree: string, path: string): string {
  const found = [join(tree, path), join(tree, 'usr', path)].find((folder) => existsSync(folder));
  if (found === undefined) throw new Error(`${tree} has no ${path}`);
  return found;
}

/** The modules of the first root in the order in which they are loaded, from the machines' root. */
async function modulesOf(root: string, release: string): Promise<string[]> {
  const lines = await Promise.all(
    MODULES.map((name) => command('chroot', [root, 'modprobe', '-S', release, '--show-depends', name], root)),
  );
  return [
    ...new Set(lines.flatMap((text) => [...text.matchAll(/^insmod (\S+)/gm)].map(([, path = '']) => path))),
  ];
}

async function initrdOf(root: string, release: string, busybox: string, folder: string): Promise<Buffer> {
  const modules: CpioEntry[] = [];
  for (const path of await modulesOf(root, release)) {
    const file = join(folder, basename(path, '.xz'));
    cpSync(join(root, path), path.endsWith('.xz') ? `${file}.xz` : file);
    if (path.endsWith('.xz')) await command('xz', ['-df', `${file}.xz`], folder);
    modules.push({ path: `modules/${basename(file)}`, mode: FILE, data: readFileSync(file) });
  }
  const order = modules.map(({ path }) => basename(path)).join('\n');
  return cpio([
    ...['bin', 'modules', 'proc', 'sys', 'dev', 'new'].map((path) => ({ path, mode: FOLDER })),
    { path: 'bin/busybox', mode: PROGRAM, data: readFileSync(busybox) },
    { path: 'init', mode: PROGRAM, data: Buffer.from(INIT) },
    { path: 'modules/order', mode: FILE, data: Buffer.from(order) },
    ...modules,
  ]);
}

/**
 * Fetches this release's kernel and puts its modules into the machines' root.
 *
 * @param root the machines' root as a folder, with kmod in it
 */
export async function unpackKernel(suite: Suite, root: string, busybox: string): Promise<Kernel> {
  const tree = join(suite.folder, 'kernel');
  await command('dpkg', ['-x', await suite.download(await suite.kernelPackage()), tree], suite.folder);
  const modules = below(tree, 'lib/modules');
  const [release] = readdirSync(modules);
  if (release === undefined) throw new Error(`${modules} is empty`);
  const target = join(root, 'usr/lib/modules', release);
  mkdirSync(target, { recursive: true });
  cpSync(join(modules, release), target, { recursive: true });
  await command('chroot', [root, 'depmod', release], suite.folder);
  const initrd = join(suite.folder, 'initrd');
  writeFileSync(initrd, await initrdOf(root, release, busybox, suite.folder));
  return { image: join(tree, 'boot', `vmlinuz-${release}`), initrd };
}
