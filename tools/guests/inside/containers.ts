import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, start } from './shell.ts';

const ROOT = '/sys/fs/cgroup';
/** Version 1: the hierarchies in which a container has a cgroup. */
const HIERARCHIES = ['memory', 'cpu,cpuacct', 'blkio', 'pids'];
const CONTROLLERS = '+cpu +memory +io +pids';

/** Whether the machine has cgroups of version 2 alone. */
export const UNIFIED = existsSync(join(ROOT, 'cgroup.controllers'));

/** A container as the kubelet and a runtime lay it out, with a process in it that sleeps. */
export interface Container {
  /** As the exporter names one that nobody has told it of. */
  readonly label: string;
  readonly podUid: string;
  readonly path: string;
}

/** Its folder in the hierarchy of a controller. */
export function folderOf({ path }: Container, controller: 'memory' | 'cpu,cpuacct' | 'blkio'): string {
  return UNIFIED ? ROOT + path : join(ROOT, controller) + path;
}

/** The files into which a process writes itself to be in the container. */
export function doorsOf({ path }: Container): string[] {
  const folders = UNIFIED ? [ROOT + path] : HIERARCHIES.map((name) => join(ROOT, name) + path);
  return folders.filter((folder) => existsSync(folder)).map((folder) => `${folder}/cgroup.procs`);
}

function named(byte: string, podUid: string, path: (id: string) => string): Container {
  const id = byte.repeat(4) + '0'.repeat(59) + byte;
  return { label: id.slice(0, 12), podUid, path: path(id) };
}

const [A, B, C] = [
  '1b5f0a6e-3d0b-4c39-9a8e-0f61a2d7a001',
  '2c6f1b7f-4e1c-4d4a-8b9f-1f72b3e8b002',
  '3d7f2c80-5f2d-4e5b-9ca0-2f83c4f9c003',
] as const;
const SLICE = `kubepods-burstable-pod${A.replaceAll('-', '_')}.slice`;

export const CONTAINERS = {
  /** As systemd's driver has it. */
  systemd: named(
    'a',
    A,
    (id) => `/kubepods.slice/kubepods-burstable.slice/${SLICE}/cri-containerd-${id}.scope`,
  ),
  /** As cgroupfs' driver has it. */
  cgroupfs: named('b', B, (id) => `/kubepods/burstable/pod${B}/${id}`),
  small: named('c', C, (id) => `/kubepods/besteffort/pod${C}/${id}`),
} as const;

function makeFolders({ path }: Container): void {
  if (!UNIFIED) {
    for (const name of HIERARCHIES) {
      if (existsSync(join(ROOT, name))) mkdirSync(join(ROOT, name) + path, { recursive: true });
    }
    return;
  }
  let folder = ROOT;
  for (const part of path.split('/').filter((name) => name !== '')) {
    writeFileSync(`${folder}/cgroup.subtree_control`, CONTROLLERS);
    folder += `/${part}`;
    mkdirSync(folder, { recursive: true });
  }
}

/** Perl: goes into the container whose doors are the first argument, one a line. */
export const ENTER =
  'for my $f (split /\\n/, shift) { open(F, ">", $f) or die "$f: $!"; print F $$; close F or die "$f: $!"; }';

/** Makes the three containers: one by systemd itself, two by hand. */
export async function layOut(): Promise<void> {
  const { systemd, cgroupfs, small } = CONTAINERS;
  const unit = systemd.path.split('/').at(-1) ?? '';
  const accounting = ['CPU', 'Memory', 'IO', 'Tasks'].flatMap((name) => ['-p', `${name}Accounting=yes`]);
  // Accounting alone does not turn on version 2's controller of CPUs, and there would be nothing to limit.
  accounting.push('-p', 'CPUWeight=100');
  start(
    'systemd-run',
    '-q',
    '--scope',
    `--slice=${SLICE}`,
    `--unit=${unit}`,
    ...accounting,
    'sleep',
    'infinity',
  );
  for (const container of [cgroupfs, small]) {
    makeFolders(container);
    start('perl', '-e', `${ENTER} exec "sleep", "infinity"`, doorsOf(container).join('\n'));
  }
  for (let i = 0; doorsOf(systemd).length === 0 && i < 100; i += 1) await run('sleep', '0.1');
  await run('sleep', '0.5');
}
