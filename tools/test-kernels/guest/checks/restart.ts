import { readdirSync } from 'node:fs';
import { CONTAINERS } from '../../../guests/inside/containers.ts';
import { run } from '../../../guests/inside/shell.ts';
import { burst } from '../causes.ts';
import type { Check } from '../check.ts';
import { execsDuring } from './execs.ts';

const INSTANCES = '/sys/kernel/tracing/instances';

const instances = () => readdirSync(INSTANCES).length;

/** The exporter is killed and started anew, goes on where processes are that it did not see start, and leaves nothing. */
export const restart: Check = {
  name: 'restart',
  async run(lab) {
    const { cgroupfs } = CONTAINERS;
    lab.expect('trace instances', instances(), 2);
    await run('systemctl', 'kill', '--signal=SIGKILL', 'kubevigil');
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    await lab.startExporter();
    lab.expect('trace instances after it was killed and started anew', instances(), 2);
    await execsDuring(lab, 'after the start', cgroupfs, 100, () => burst(cgroupfs, 100));
    await lab.expectBounds();
    await run('systemctl', 'stop', 'kubevigil');
    lab.expect('trace instances when it was stopped', instances(), 0);
    // A CPU that is stuck for a while is one that the host had other work for.
    const kernel = await run('dmesg');
    const found = kernel
      .split('\n')
      .filter((line) => /WARNING:|BUG:/.test(line) && !/soft lockup/.test(line));
    lab.expect('complaints of the kernel', found.slice(0, 2).join('; '), '');
  },
};
