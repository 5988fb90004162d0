import { readFileSync } from 'node:fs';
import { dirname } from 'node:path/posix';
import { Unread } from '../base/lines.ts';
import type { Device } from '../kernel/hang-guard.ts';
import { type Mount, parseMountinfo } from '../parsers/mountinfo.ts';
import { isNetwork } from './mounts.ts';
import { localOverlays, STACKED } from './overlay-layers.ts';

interface MountTable {
  readonly text: string;
  readonly mounts: readonly Mount[];
}

/** The host's, with what is made of it once as long as it stays the same: it has a line and more per container. */
interface HostTable extends MountTable {
  readonly localOverlays: ReadonlySet<string>;
}

/** The mounts that a process sees; none when it is gone or not ours to see: whatever is not known is taken for what may wait. */
function tableOf(procFolder: string, before?: MountTable): MountTable {
  const path = `${procFolder}/mountinfo`;
  try {
    const text = readFileSync(path, 'latin1');
    if (text === before?.text) return before;
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
  #host: HostTable | undefined;
  #isHostFresh = false;

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
    return this.#hostTable(procFolder).localOverlays.has(device);
  }

  #hostTable(procFolder: string): HostTable {
    if (this.#host === undefined || !this.#isHostFresh) {
      const table = tableOf(`${dirname(procFolder)}/1`, this.#host);
      const { text, mounts } = table;
      if (table !== this.#host) this.#host = { text, mounts, localOverlays: localOverlays(text, mounts) };
      this.#isHostFresh = true;
    }
    return this.#host;
  }

  #take(mounts: readonly Mount[]): void {
    for (const mount of mounts) this.#mounts.set(mount.id, mount);
  }

  forget(): void {
    this.#mounts.clear();
    this.#isHostFresh = false;
  }
}
