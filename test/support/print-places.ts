/** Prints the container of every process that it sees, or `host`: to be run where the cgroups look different. */
import { ProcessTable } from '../../exporter/processes/table.ts';

const { groups } = new ProcessTable({ procfs: '/proc', sysfs: '/sys' }).scan();
for (const { place } of groups) process.stdout.write(`${place?.containerId ?? 'host'}\n`);
