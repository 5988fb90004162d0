import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hierarchies, remove } from '../../support/pod.ts';
import { walk } from './walk.ts';

/** A command that runs what follows it in these cgroups. */
function entering(folders: readonly string[]): string[] {
  const moves = folders.map((folder) => `echo 0 > ${join(folder, 'cgroup.procs')}`);
  return ['sh', '-c', `${moves.join(' && ')} && exec "$0" "$@"`];
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return ''; // it ended while we looked
  }
}

/** The cgroups of a whole node, in every hierarchy that this machine has. */
export class NodeCgroup {
  readonly #name = `kubevigil-test-${randomBytes(6).toString('hex')}`;

  constructor() {
    for (const folder of this.folders) mkdirSync(folder);
  }

  get folders(): string[] {
    return hierarchies().map((folder) => join(folder, this.#name));
  }

  get entering(): string[] {
    return entering(this.folders);
  }

  /** All groups in it, in every hierarchy. */
  below(): string[] {
    return this.folders.flatMap((folder) =>
      walk(folder)
        .filter(({ isFolder }) => isFolder)
        .map(({ path }) => path),
    );
  }

  /** With all that is in it, once its processes have ended. */
  async remove(): Promise<void> {
    // The innermost first.
    for (const path of this.below().sort((a, b) => b.length - a.length)) await remove(path);
    for (const folder of this.folders) await remove(folder);
  }
}

/** Cgroups shaped as the kubelet shapes a container's. */
export class ContainerCgroup {
  readonly podUid = randomUUID();
  readonly id = randomBytes(32).toString('hex');
  readonly #folders: readonly string[];

  constructor(node: NodeCgroup) {
    const path = join('kubepods', 'burstable', `pod${this.podUid}`, this.id);
    this.#folders = node.folders.map((folder) => join(folder, path));
    for (const folder of this.#folders) mkdirSync(folder, { recursive: true });
  }

  get entering(): string[] {
    return entering(this.#folders);
  }

  /** Puts a process into it. @param pid its id on this machine */
  take(pid: number): void {
    for (const folder of this.#folders) writeFileSync(join(folder, 'cgroup.procs'), String(pid));
  }

  /** The command lines of its processes, by their ids on this machine. */
  processes(): Map<number, string> {
    const [folder = ''] = this.#folders;
    const pids = readFileSync(join(folder, 'cgroup.procs'), 'utf8').trim().split('\n').filter(Boolean);
    return new Map(pids.map((pid) => [Number(pid), commandLine(pid)]));
  }
}
