import type { Cgroup } from '../../cgroups/table.ts';
import type { Program } from '../descent/program.ts';

interface ProcessEvent {
  /** Nanoseconds on CLOCK_MONOTONIC. */
  readonly timeNs: number;
  /** As the host numbers processes. */
  readonly pid: number;
  /** Where the process was when it happened; undefined when that could not be told. */
  cgroup: Cgroup | undefined;
  /** The cgroup of the container that a runtime was on its way into; `cgroup` is then where the runtime came from. */
  entering?: Cgroup;
}

/** A program was started, by execve(2) or execveat(2). The kernel makes no record of a path longer than about 4,050 bytes. */
export interface ExecEvent extends ProcessEvent {
  readonly kind: 'exec';
  /**
   * As the caller gave it, perhaps relative; a script's own name, not its interpreter's. One character per byte.
   * Of a polled process its executable, undefined when this process may not see it.
   */
  readonly path: string | undefined;
  /** From the root of the process's mounts; undefined when a relative path could not be resolved before the process was gone. */
  absolutePath: string | undefined;
  /** The process that made this one, which may be gone; undefined when it is not known. */
  maker?: number | undefined;
  /** What was started, with where it comes from; undefined when no more is known than the path. */
  program?: Program | undefined;
  /** What the process ran that made this one, or that asked the runtime for it; undefined when that is not known. */
  parent?: Program | undefined;
  /** Where the path led if the process worked where the one did that made it. */
  presumedPath?: string | undefined;
}

/** A TCP connect began, whatever came of it. */
interface ConnectEvent extends ProcessEvent {
  readonly kind: 'connect';
  /** An IPv4 address mapped into IPv6 is version 4: that is where the packets go. */
  readonly family: 4 | 6;
  readonly address: string;
  readonly port: number;
}

/** The kernel chose a process to be killed for want of memory. */
interface OomEvent extends ProcessEvent {
  readonly kind: 'oom';
}

export type TraceEvent = ExecEvent | ConnectEvent | OomEvent;
