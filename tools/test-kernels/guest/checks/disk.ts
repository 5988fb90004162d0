import { CONTAINERS, type Container, folderOf, UNIFIED } from '../../../guests/inside/containers.ts';
import { LAB } from '../../../guests/inside/places.ts';
import { run, text } from '../../../guests/inside/shell.ts';
import { writeDirectly } from '../causes.ts';
import type { Check } from '../check.ts';
import type { Lab } from '../lab.ts';

const BLOCKS = 160;
const BLOCK_KB = 64;
const BYTES = BLOCKS * BLOCK_KB * 1024;

/**
 * Whether the kernel counts what containers write. In version 1 some do so only where a throttle rule is set: then there is
 * no value, which is not zero.
 */
function isCounted(): boolean {
  if (UNIFIED) return true;
  const counts = text('/sys/fs/cgroup/blkio/blkio.throttle.io_service_bytes') ?? '';
  return /\b[1-9]\d*$/m.test(counts);
}

const written = async (lab: Lab, { label }: Container) =>
  (await lab.page()).sum('container_disk_bytes_total', { container: label, direction: 'write' });

/** Exact bytes that containers write straight to a disk. */
export const disk: Check = {
  name: 'disk',
  async run(lab) {
    for (const [name, container] of Object.entries(CONTAINERS).slice(0, 2)) {
      const before = (await written(lab, container)) ?? 0;
      await writeDirectly(container, `${LAB.data}/${name}`, BLOCKS, BLOCK_KB);
      const after = await written(lab, container);
      if (isCounted()) lab.expect(`bytes written by ${container.label}`, (after ?? 0) - before, BYTES);
      else
        lab.expect(`bytes written by ${container.label}, which the kernel does not count`, after, undefined);
    }
    if (UNIFIED)
      lab.require('io.stat is empty', text(`${folderOf(CONTAINERS.cgroupfs, 'blkio')}/io.stat`) !== '');
    await run('sync');
    await lab.expectBounds();
  },
};
