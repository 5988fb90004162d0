/** Which process this is, in a way that nobody else can be taken for it: not after a reboot, nor when its pid is used again. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { messageOf, systemCode } from './errors.ts';

export interface ProcessIdentity {
  readonly host: string;
  /** Changes with every boot; empty where the system has none. */
  readonly boot: string;
  /** Pids mean something in it alone; empty where the system has none. */
  readonly pidNamespace: string;
  readonly pid: number;
  /** Clock ticks from boot to the process' start; empty where the system does not tell. */
  readonly started: string;
}

const NOT_THERE = ['ENOENT', 'ESRCH', 'ENOTDIR'];

function orEmpty(read: () => string): string {
  try {
    return read().trim();
  } catch (error) {
    if (NOT_THERE.includes(systemCode(error) ?? '')) return '';
    throw new Error(`cannot tell this process from others: ${messageOf(error)}`, { cause: error });
  }
}

interface Stat {
  readonly state: string;
  readonly started: string;
}

/** State and start of a process (fields 3 and 22 of its stat); undefined when it is not there. */
function statOf(pid: number | 'self'): Stat | undefined {
  const text = orEmpty(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The second field, in parentheses, may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', started = ''] = [fields[0], fields[19]];
  return state === '' ? undefined : { state, started };
}

export function thisProcess(): ProcessIdentity {
  return {
    host: hostname(),
    boot: orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    pidNamespace: orEmpty(() => readlinkSync('/proc/self/ns/pid')),
    pid: process.pid,
    started: statOf('self')?.started ?? '',
  };
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

const ENDED = ['Z', 'X'];

/** Whether another process has ended; undefined when that cannot be known from here. */
export function hasEnded(other: ProcessIdentity, self: ProcessIdentity): boolean | undefined {
  if (other.host !== self.host) return undefined;
  if (other.boot !== self.boot) return true;
  if (other.pidNamespace !== self.pidNamespace) return undefined;
  if (self.started === '') return !answersSignals(other.pid);
  const found = statOf(other.pid);
  return found === undefined || found.started !== other.started || ENDED.includes(found.state);
}
