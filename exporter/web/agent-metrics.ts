import { readdirSync, readFileSync, statSync } from 'node:fs';
import { statField } from '../parsers/process-stat.ts';
import type { Family } from './exposition.ts';

const SELF = '/proc/self';
const CLOCK_TICKS_PER_SECOND = 100;

/** By their numbers in proc_pid_stat(5). */
const START_TIME_FIELD = 22;
const VIRTUAL_MEMORY_FIELD = 23;

const ownStat = (field: number) => Number(statField(readFileSync(`${SELF}/stat`, 'latin1'), field));

function bootTimeSeconds(): number | undefined {
  const btime = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1];
  return btime === undefined ? undefined : Number(btime);
}

function maxOpenFiles(): number | undefined {
  const limits = readFileSync(`${SELF}/limits`, 'utf8');
  const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1];
  return soft === undefined || soft === 'unlimited' ? undefined : Number(soft);
}

/** Since Linux 6.2 the folder's size is their number; to list a thousand costs a third of a millisecond. */
function openFiles(): number {
  const folder = `${SELF}/fd`;
  // Listed they are one more, the one that reads the folder.
  return statSync(folder).size || readdirSync(folder).length - 1;
}

function optional(
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  read: () => number | undefined,
): Family[] {
  try {
    const value = read();
    return value === undefined || !Number.isFinite(value)
      ? []
      : [{ name, type, help, values: [{ labels: {}, value }] }];
  } catch (error) {
    // A sandbox may hide any of these files from the process itself; then the family is absent.
    if ((error as NodeJS.ErrnoException).syscall !== undefined) return [];
    throw error;
  }
}

/** What never changes while the process lives: when it started and how many files it may open. */
function constants(): Family[] {
  return [
    ...optional(
      'process_start_time_seconds',
      'gauge',
      'Start time of the process since the Unix epoch in seconds.',
      () => {
        const boot = bootTimeSeconds();
        return boot === undefined ? undefined : boot + ownStat(START_TIME_FIELD) / CLOCK_TICKS_PER_SECOND;
      },
    ),
    ...optional('process_max_fds', 'gauge', 'Maximum number of open file descriptors.', maxOpenFiles),
  ];
}

/**
 * The agent's own process under the names that every Prometheus client library uses; read from its own /proc, not
 * from `--path.procfs`. prom-client's collectors for these come with 11 MB and counters that begin at their import.
 */
export function processFamilies(): () => Family[] {
  const fixed = constants();
  return () => [
    ...fixed,
    ...optional(
      'process_cpu_seconds_total',
      'counter',
      'Total user and system CPU time spent in seconds.',
      () => {
        const { user, system } = process.cpuUsage();
        return (user + system) / 1e6;
      },
    ),
    ...optional('process_resident_memory_bytes', 'gauge', 'Resident memory size in bytes.', () =>
      process.memoryUsage.rss(),
    ),
    ...optional('process_virtual_memory_bytes', 'gauge', 'Virtual memory size in bytes.', () =>
      ownStat(VIRTUAL_MEMORY_FIELD),
    ),
    ...optional('process_open_fds', 'gauge', 'Number of open file descriptors.', openFiles),
  ];
}
