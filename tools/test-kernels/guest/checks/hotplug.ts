import { writeFileSync } from 'node:fs';
import { CONTAINERS } from '../../../guests/inside/containers.ts';
import { burst, burstOfMoved, movedByAnotherCpu } from '../causes.ts';
import type { Check } from '../check.ts';
import type { Lab } from '../lab.ts';
import { execsDuring } from './execs.ts';

const SWITCH = '/sys/devices/system/cpu/cpu1/online';

const turn = (state: 0 | 1) => writeFileSync(SWITCH, String(state));

/** Execs that a CPU records, or whose process it moved, go to their container from its first moment on. */
async function expectAttributed(lab: Lab, what: string): Promise<void> {
  const { cgroupfs } = CONTAINERS;
  await execsDuring(lab, `${what}: on it`, cgroupfs, 100, () => burst(cgroupfs, 100, 1));
  await execsDuring(lab, `${what}: moved by itself on it`, cgroupfs, 40, () => burstOfMoved(cgroupfs, 40, 1));
  await execsDuring(lab, `${what}: moved by it, started on another`, cgroupfs, 10, () =>
    movedByAnotherCpu(cgroupfs, 10),
  );
}

/** A CPU comes online that the agent has never seen, goes, and comes back. */
export const hotplug: Check = {
  name: 'hotplug',
  async run(lab) {
    const { cgroupfs } = CONTAINERS;
    turn(1);
    await expectAttributed(lab, 'a new CPU');
    await lab.expectBounds();
    turn(0);
    await execsDuring(lab, 'without the CPU', cgroupfs, 100, () => burst(cgroupfs, 100));
    turn(1);
    await expectAttributed(lab, 'a CPU that is back');
    await lab.expectBounds();
  },
};
