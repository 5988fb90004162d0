import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CONTAINERS, layOut } from '../../../guests/inside/containers.ts';
import { LAB } from '../../../guests/inside/places.ts';
import { run } from '../../../guests/inside/shell.ts';
import { exitProgram, SHELL } from '../causes.ts';
import type { Check } from '../check.ts';

async function setUpMachine(): Promise<void> {
  await run('mkfs.ext4', '-q', '/dev/vdb');
  await run('mount', '/dev/vdb', LAB.data);
  mkdirSync(dirname(SHELL), { recursive: true });
  writeFileSync(SHELL, exitProgram(), { mode: 0o755 });
  for (const module of ['virtio_net', 'dummy', 'veth']) await run('modprobe', module);
  for (let i = 0; !existsSync('/sys/class/net/eth0') && i < 50; i += 1) await run('sleep', '0.2');
  await run('ip', 'link', 'set', 'lo', 'up');
  await run('ip', 'addr', 'add', '10.0.2.15/24', 'dev', 'eth0');
  await run('ip', 'link', 'set', 'eth0', 'up');
}

/** The exporter reads everything on this kernel, and what it says of the idle machine lies within the kernel's own. */
export const start: Check = {
  name: 'start',
  async run(lab) {
    await setUpMachine();
    await layOut();
    await lab.startExporter();
    await lab.expectBounds();
    const page = await lab.page();
    for (const { label } of Object.values(CONTAINERS)) {
      lab.require(
        `container ${label} is not there`,
        page.sum('container_cpu_seconds_total', { container: label }) !== undefined,
      );
    }
  },
};
