import { existsSync, writeFileSync } from 'node:fs';
import { CONTAINERS, type Container, doorsOf, folderOf, UNIFIED } from '../../../guests/inside/containers.ts';
import { run, start, text } from '../../../guests/inside/shell.ts';
import { HOG, spin } from '../causes.ts';
import type { Check } from '../check.ts';

const PERIOD_US = 100_000;
const HELD_BYTES = 60 * 1_048_576;

/** @param quota microseconds of each 100 ms; undefined: no limit */
function limitCpu(container: Container, quota: number | undefined): void {
  const folder = folderOf(container, 'cpu,cpuacct');
  if (UNIFIED) writeFileSync(`${folder}/cpu.max`, `${quota ?? 'max'} ${PERIOD_US}`);
  else writeFileSync(`${folder}/cpu.cfs_quota_us`, String(quota ?? -1));
}

function limitMemory(container: Container, bytes: number): void {
  const folder = folderOf(container, 'memory');
  writeFileSync(`${folder}/${UNIFIED ? 'memory.max' : 'memory.limit_in_bytes'}`, String(bytes));
  if (existsSync(`${folder}/memory.swap.max`)) writeFileSync(`${folder}/memory.swap.max`, '0');
}

const hog = (container: Container, megabytes: number) =>
  start('perl', '-e', HOG, doorsOf(container).join('\n'), String(megabytes));

/** A container at its CPU limit, one that holds memory, and three kills for want of it. */
export const limits: Check = {
  name: 'limits',
  async run(lab) {
    const { systemd, cgroupfs, small } = CONTAINERS;
    const kills = async () => {
      const page = await lab.page();
      const of = (name: string, labels = {}) => page.sum(name, labels) ?? 0;
      return {
        node: of('oom_kills_total'),
        own: of('container_oom_kills_total', { container: small.label }),
      };
    };
    limitCpu(systemd, PERIOD_US / 5);
    const throttledBefore =
      (await lab.page()).sum('cpu_throttled_seconds_total', { container: systemd.label }) ?? 0;
    await spin(systemd, 3);
    limitCpu(systemd, undefined);
    const throttled =
      (await lab.page()).sum('cpu_throttled_seconds_total', { container: systemd.label }) ?? 0;
    lab.require('a container at its limit is not throttled', throttled > throttledBefore);

    const holder = hog(cgroupfs, 60);
    const usage = `${folderOf(cgroupfs, 'memory')}/${UNIFIED ? 'memory.current' : 'memory.usage_in_bytes'}`;
    for (let i = 0; i < 120 && Number(text(usage)) < HELD_BYTES; i += 1) await run('sleep', '0.5');
    await lab.expectBounds();
    const held =
      (await lab.page()).sum('container_memory_working_set_bytes', { container: cgroupfs.label }) ?? 0;
    // A part of what the kernel has charged is not yet, or no more, in use.
    lab.require(`60 MiB are held, ${held} exposed`, held > 0.9 * HELD_BYTES);
    await holder.end();

    limitMemory(small, 32 * 1_048_576);
    const before = await kills();
    for (let i = 0; i < 3; i += 1) await hog(small, 100).ended;
    const after = await kills();
    lab.expect('kills of the node', after.node - before.node, 3);
    lab.expect('kills of the container', after.own - before.own, 3);
    await lab.expectBounds();
  },
};
