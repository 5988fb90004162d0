/**
 * Runs in the machine, as its one unit: makes one cause after the other and holds the exporter's pages against the kernel.
 * Each check is one line of JSON on the second serial port, which the host reads.
 */
import { openSync, writeSync } from 'node:fs';
import { LAB } from '../../guests/inside/places.ts';
import { text } from '../../guests/inside/shell.ts';
import type { Check } from './check.ts';
import { clock } from './checks/clock.ts';
import { denied, NEEDS_TRACE } from './checks/denied.ts';
import { disk } from './checks/disk.ts';
import { execs } from './checks/execs.ts';
import { files, logins, processes } from './checks/host.ts';
import { hotplug } from './checks/hotplug.ts';
import { limits } from './checks/limits.ts';
import { network } from './checks/network.ts';
import { restart } from './checks/restart.ts';
import { start } from './checks/start.ts';
import { Lab } from './lab.ts';
import type { Result } from './result.ts';

const WHOLE: readonly Check[] = [
  start,
  hotplug,
  execs,
  limits,
  disk,
  network,
  logins,
  files,
  processes,
  clock,
  restart,
];
const LOCKED_DOWN: readonly Check[] = [start, denied, disk];

const results = openSync(LAB.results, 'w');
const tell = (result: Result) => writeSync(results, `${JSON.stringify(result)}\n`);

const commandLine = text('/proc/cmdline') ?? '';
const isLockedDown = commandLine.includes('lockdown=confidentiality');
const lab = new Lab(new Set(isLockedDown ? NEEDS_TRACE : []));
const wanted = /lab\.checks=(\S+)/.exec(commandLine)?.[1]?.split(',');
const isWanted = ({ name }: Check) => name === start.name || (wanted?.includes(name) ?? true);
for (const check of (isLockedDown ? LOCKED_DOWN : WHOLE).filter(isWanted)) {
  const from = performance.now();
  lab.problems = [];
  lab.compared = 0;
  try {
    await check.run(lab);
  } catch (error) {
    lab.problems.push(error instanceof Error ? error.message : String(error));
  }
  const seconds = (performance.now() - from) / 1000;
  tell({ check: check.name, problems: lab.problems, compared: lab.compared, seconds });
  if (check === start && lab.problems.length > 0)
    tell({ check: 'log', problems: [text(LAB.log) ?? ''], compared: 0, seconds: 0 });
}
tell({ check: 'end', problems: [], compared: 0, seconds: 0 });
// The containers' processes go on.
process.exit();
