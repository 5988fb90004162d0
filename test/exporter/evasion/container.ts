import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findContainerHierarchy } from '../../../exporter/cgroups/hierarchy.ts';
import { ROOT } from '../../support/paths.ts';
import { hierarchies, remove } from '../../support/pod.ts';
import type { ContainerNeeds } from './table/model.ts';

export const ATTACKER = join(ROOT, 'test', 'exporter', 'evasion', 'attacker.pl');

/**
 * Where containers have cgroups: in the hierarchies that tests use, and in the one by which an agent that is started now tells them apart, as
 * somebody else may have pods of Kubernetes on this machine.
 */
export function containerMounts(): string[] {
  const { mountpoint } = findContainerHierarchy('/proc', '/sys');
  return [...new Set([...hierarchies(), mountpoint])];
}

/** One container with an attacker in it, in cgroups that are shaped as the kubelet shapes them. */
export class Container {
  /** What the page calls it, and its pod, while nobody knows their names. */
  readonly name: string;
  readonly pod: string;
  readonly #root = `kubevigil-test-${randomBytes(6).toString('hex')}`;
  readonly #path: string;
  readonly #mounts: readonly string[];
  #child: ChildProcessWithoutNullStreams | undefined;

  /** @param mounts see {@link containerMounts} */
  constructor(mounts: readonly string[]) {
    this.#mounts = mounts;
    const [uid, id] = [randomUUID(), randomBytes(32).toString('hex')];
    [this.name, this.pod] = [id.slice(0, 12), uid.slice(0, 12)];
    this.#path = join(this.#root, 'kubepods', 'burstable', `pod${uid}`, id);
    for (const folder of this.#folders(this.#path)) mkdirSync(folder, { recursive: true });
  }

  /**
   * Runs the code in it, which goes on holding what it has.
   *
   * @returns why this machine cannot do that; undefined when it was done
   * @throws {Error} when the code failed
   */
  async attack(
    code: string,
    { network, privileged, hasJustBegun }: ContainerNeeds,
    prepare = '',
  ): Promise<string | undefined> {
    const asked = [
      ...(network === true ? ['net'] : []),
      ...(privileged === true ? ['all'] : []),
      ...(hasJustBegun === true ? ['new'] : []),
    ];
    const command = [ATTACKER, ...asked, ...this.#folders(this.#path), '--', prepare, code];
    const child = spawn('perl', command, { stdio: 'pipe', cwd: '/' });
    this.#child = child;
    let complaints = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints += text;
    });
    for await (const line of createInterface(child.stdout)) {
      if (line === 'done') return undefined;
      if (line.startsWith('cannot ')) return line.slice('cannot '.length);
      if (line.startsWith('error ')) throw new Error(`${line} ${complaints}`);
    }
    throw new Error(`the attacker ended: ${complaints}`);
  }

  /** Ends all processes in it and removes its cgroups. */
  async end(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    for (const folder of this.#folders(this.#root)) await removeTree(folder);
  }

  #folders(path: string): string[] {
    return this.#mounts.map((mount) => join(mount, path));
  }
}

async function removeTree(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()))
    await removeTree(join(folder, name));
  for (const pid of readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it ended by itself
    }
  }
  await remove(folder);
}
