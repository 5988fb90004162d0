/**
 * The machines' root: Debian 12's packages unpacked without being installed, as their scripts would take longer than
 * everything else. What the scripts would have written is in `files/`.
 */
import { chmodSync, copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { command } from '../programs/debian.ts';
import { ROOT_FILES } from './root-files.ts';
import type { Suite } from './suite.ts';

/** With what they depend on. Node's library is there as Node is this machine's own. */
export const PACKAGES = [
  ...[
    'systemd-sysv',
    'udev',
    'kmod',
    'util-linux',
    'mount',
    'login',
    'passwd',
    'procps',
    'perl-base',
    'libstdc++6',
  ],
  ...[
    'base-files',
    'base-passwd',
    'bash',
    'dash',
    'coreutils',
    'findutils',
    'grep',
    'sed',
    'hostname',
    'libc-bin',
  ],
  ...['e2fsprogs', 'iproute2', 'openssh-server', 'openssh-client', 'libpam-modules', 'libpam-runtime'],
];
const MERGED = ['bin', 'sbin', 'lib', 'lib64'];

/** Makes the machines' root as a folder. */
export async function unpackUserland(suite: Suite, root: string): Promise<void> {
  rmSync(root, { recursive: true, force: true });
  for (const name of MERGED) {
    mkdirSync(join(root, 'usr', name), { recursive: true });
    symlinkSync(`usr/${name}`, join(root, name));
  }
  for (const archive of await suite.downloadAll(PACKAGES)) {
    // dpkg -x would put a folder in the place of a link.
    const unpack = 'dpkg-deb --fsys-tarfile "$0" | tar -x --keep-directory-symlink -C "$1"';
    await command('sh', ['-c', unpack, archive, root], suite.folder);
  }
  for (const name of ['passwd', 'group']) {
    copyFileSync(join(root, `usr/share/base-passwd/${name}.master`), join(root, 'etc', name));
  }
  for (const { path, text, append = false, mode = 0o644 } of ROOT_FILES) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { flag: append ? 'a' : 'w' });
    chmodSync(file, mode);
  }
  copyFileSync(process.execPath, join(root, 'usr/bin/node'));
  await command('chroot', [root, 'node', '--version'], suite.folder);
}

/** Makes a disk of a folder. */
export async function diskOf(folder: string, disk: string, size: string): Promise<void> {
  rmSync(disk, { force: true });
  // What a kernel of 2020 does not know is left out.
  const features = '^metadata_csum_seed,^orphan_file';
  await command('mke2fs', ['-q', '-t', 'ext4', '-O', features, '-d', folder, disk, size], dirname(disk));
}
