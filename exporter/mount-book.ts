import { readFileSync } from 'node:fs';
import { dirname } from 'node:path/posix';
import type { Device } from './hang-guard.ts';
import { Unread } from './lines.ts';
import { isNetwork } from './mounts.ts';
import { isLocalStack, STACKED } from './overlay-layers.ts';
import { type Mount, parseMountinfo } from './parsers/mountinfo.ts';

interface MountTable {
  readonly text: string;
  readonly mounts: readonly Mount[];
}

/** The mounts that a process sees; none when it is gone or not ours to see: whatever is not known is taken for what may wait. */
function tableOf(procFolder: string): MountTable {
  const path = `${procFolder}/mountinfo`;
  try {
    const text = readFileSync(path, 'latin1');
    return { text, mounts: parseMountinfo(text, new Unread(path)) };
  } catch {
    return { text: '', mounts: [] };
  }
}

/** As {@link tableOf}, the mounts alone. */
export const mountsOf = (procFolder: string) => tableOf(procFolder).mounts;

/** The mounts of this machine by their numbers, which are the same in everybody's view. A number is given again after an unmount, so that a book is good for one pass. */
export class MountBook {
  readonly #mounts = new Map<string, Mount>();
  #host: MountTable | undefined;

  /**
   * On which device a mount lies that a process has something on. What no table lists was unmounted and is still in use,
   * or lies outside of the process's root; it may be anything.
   *
   * @param procFolder `/proc/<pid>` of the process
   */
  deviceOf(mount: string | undefined, procFolder: string): Device {
    if (mount === undefined) return { id: procFolder, isLocal: false };
    if (!this.#mounts.has(mount)) this.#take(tableOf(procFolder).mounts);
    if (!this.#mounts.has(mount)) this.#take(this.#hostTable(procFolder).mounts);
    const found = this.#mounts.get(mount);
    return found === undefined
      ? { id: `mount ${mount}`, isLocal: false }
      : { id: found.device, isLocal: this.#isLocal(found, procFolder) };
  }

  #isLocal({ device, type }: Mount, procFolder: string): boolean {
    if (!STACKED.test(type)) return !isNetwork(type);
    const { text, mounts } = this.#hostTable(procFolder);
    return isLocalStack(device, text, mounts);
  }

  #hostTable(procFolder: string): MountTable {
    this.#host ??= tableOf(`${dirname(procFolder)}/1`);
    return this.#host;
  }

  #take(mounts: readonly Mount[]): void {
    for (const mount of mounts) this.#mounts.set(mount.id, mount);
  }

  forget(): void {
    this.#mounts.clear();
    this.#host = undefined;
  }
}
