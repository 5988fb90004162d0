import { createInterface } from 'node:readline';
import { openExecSource } from '../../../../exporter/trace/live/exec-source.ts';
import { collecting } from './collecting.ts';

/** An agent of its own, for tests that put it into a namespace or kill it: prints the events asked for by each line of its input. */
const [tracefs = '', mountpoint = '', instancePrefix = ''] = process.argv.slice(2);
const hierarchy = { id: 0, controllers: '', mountpoint };
const options = { tracefs, procfs: '/proc', sysfs: '/sys', hierarchy, instancePrefix };
const source = collecting((listener) => openExecSource(options, listener));

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

print('ready');
for await (const line of createInterface({ input: process.stdin })) {
  print(line === 'stats' ? source.stats() : source.drain());
}
source.close();
