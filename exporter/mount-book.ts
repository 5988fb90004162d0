import { readFileSync } from 'node:fs';
import { dirname } from 'node:path/posix';
import type { Device } from './hang-guard.ts';
import { Unread } from './lines.ts';
import { isNetwork } from './mounts.ts';
import { type Mount, parseMountinfo } from './parsers/mountinfo.ts';

/** The mounts that a process sees; none when it is gone or not ours to see. */
export function mountsOf(procFolder: string): readonly Mount[] {
  const path = `${procFolder}/mountinfo`;
  try {
    return parseMountinfo(readFileSync(path, 'latin1'), new Unread(path));
  } catch {
    return []; // whatever is not known is taken for what may wait
  }
}

/** The mounts of this machine by their numbers, which are the same in everybody's view. A number is given again after an unmount, so that a book is good for one pass. */
export class MountBook {
  readonly #devices = new Map<string, Device>();

  /**
   * On which device a mount lies that a process has something on. What no table lists was unmounted and is still in use,
   * or lies outside of the process's root; it may be anything.
   *
   * @param procFolder `/proc/<pid>` of the process
   */
  deviceOf(mount: string | undefined, procFolder: string): Device {
    if (mount === undefined) return { id: procFolder, isLocal: false };
    if (!this.#devices.has(mount)) this.#read(procFolder);
    if (!this.#devices.has(mount)) this.#read(`${dirname(procFolder)}/1`);
    return this.#devices.get(mount) ?? { id: `mount ${mount}`, isLocal: false };
  }

  #read(procFolder: string): void {
    for (const { id, device, type } of mountsOf(procFolder)) {
      this.#devices.set(id, { id: device, isLocal: !isNetwork(type) });
    }
  }

  forget(): void {
    this.#devices.clear();
  }
}
