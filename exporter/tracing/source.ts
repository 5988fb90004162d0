import type { TraceEvent } from './events.ts';

/** Totals since the source was opened. */
export interface ExecStats {
  /** Program starts read. */
  readonly execs: number;
  /**
   * Records of any kind, starts among them, that the kernel could not store, and events that nobody came to read.
   * Undefined where that is not known: polling does not know what it does not see.
   */
  readonly lost: number | undefined;
  /** Program starts whose cgroup could not be told. */
  readonly unattributed: number;
  /**
   * New tasks seen; against the forks of /proc/stat, which include threads, the coverage.
   * Polling sees processes only, not threads.
   */
  readonly startsObserved: number;
}

/** What happens in the processes of this node. */
export interface ExecSource {
  /**
   * The events since the last call, in time order; the latest 2 ms come with the next call.
   *
   * @throws {SourceError} what went wrong since the last call, once; the next call goes on
   */
  drain(): TraceEvent[];
  stats(): ExecStats;
  close(): void;
}
