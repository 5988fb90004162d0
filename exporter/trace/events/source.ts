import type { Injection } from '../descent/program.ts';
import type { Launch } from '../launches/launch.ts';
import type { TraceEvent } from './events.ts';

/** Totals since the source was opened. */
export interface ExecStats {
  /** Program starts read. */
  readonly execs: number;
  /**
   * Records of any kind, starts among them, that the kernel could not store. Undefined where that is not
   * known: polling does not know what it does not see.
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

/**
 * Takes one event, as soon as all is known of it that can be: in time order, but for those whose cgroup had to be asked for, which come
 * last. It must not throw.
 */
export type EventListener = (event: TraceEvent) => void;

/** What happens in the processes of this node. */
export interface ExecSource {
  /** What it does not see, for want of the trace or because this kernel's has no such event. */
  readonly unseen: ReadonlySet<TraceEvent['kind']>;
  /**
   * Reads what there is and hands it to the listener; the latest 2 ms come with the next call. It is read in between too, on a timer.
   *
   * @throws {SourceError} what went wrong since the last call, once; the next call goes on
   */
  drain(): void;
  /** What a runtime was told to start; undefined when nobody saw it in time. */
  launchOf(injection: Injection): Promise<Launch | undefined>;
  stats(): ExecStats;
  close(): void;
}
