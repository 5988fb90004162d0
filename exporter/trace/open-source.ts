import { join } from 'node:path';
import { SourceError } from '../base/errors.ts';
import { findContainerHierarchy, type Hierarchy } from '../cgroups/hierarchy.ts';
import type { HangGuard } from '../kernel/hang-guard.ts';
import type { EventListener, ExecSource } from './events/source.ts';
import { openExecSource } from './live/exec-source.ts';
import { openPollingSource } from './polling/polling.ts';
import { findTracefs } from './ring/find-tracefs.ts';

/** Where a kernel shows its trace. */
export interface TracePaths {
  readonly procfs: string;
  readonly sysfs: string;
  /** Undefined: where the kernel has it below sysfs. */
  readonly tracefs: string | undefined;
  /** The agent's own process, whose programs are no events. */
  readonly agent?: number | undefined;
  readonly guard?: HangGuard | undefined;
}

/** A source of events, and why it is not the better one. */
export interface OpenedSource {
  readonly source: ExecSource;
  /** Undefined when the kernel's trace is read; else why it cannot be, and `/proc` is polled in its place. */
  readonly polledBecause: SourceError | undefined;
}

/** tracefs has its own place since Linux 4.1; before that, and on some hosts still, it is below debugfs. */
function tracefsOf({ sysfs, tracefs }: TracePaths): string {
  return findTracefs(
    tracefs === undefined ? [join(sysfs, 'kernel/tracing'), join(sysfs, 'kernel/debug/tracing')] : [tracefs],
  );
}

function hierarchyOf({ procfs, sysfs }: TracePaths): Hierarchy | undefined {
  try {
    return findContainerHierarchy(procfs, sysfs);
  } catch (error) {
    if (error instanceof SourceError) return undefined;
    throw error;
  }
}

/**
 * The kernel's trace where it can be had, else polling.
 *
 * @throws {SourceError} when `/proc` cannot be read either
 */
export function openBestSource(paths: TracePaths, listener: EventListener): OpenedSource {
  const { procfs, sysfs, agent, guard } = paths;
  try {
    const hierarchy = findContainerHierarchy(procfs, sysfs);
    return {
      source: openExecSource({ procfs, sysfs, tracefs: tracefsOf(paths), hierarchy, agent, guard }, listener),
      polledBecause: undefined,
    };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return {
      source: openPollingSource({ procfs, hierarchy: hierarchyOf(paths), agent }, listener),
      polledBecause: error,
    };
  }
}
