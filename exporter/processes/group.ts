import type { Place } from '../cgroups/place.ts';
import type { ExecutableKind } from './executable.ts';
import { PROCESS_STATES } from './state.ts';

/** Why a process is suspicious, the first that fits. */
export type SuspiciousKind = ExecutableKind | 'traced' | 'elevated_container';

/** What of a process is counted. */
export interface Counted {
  /** Index into {@link PROCESS_STATES}. */
  readonly stateIndex: number;
  /** When it started, in ticks of 1/100 s since boot. */
  readonly startTicks: number;
  readonly inspection: {
    readonly kind: SuspiciousKind | undefined;
    /** What could not be told. */
    readonly unknown: readonly SuspiciousKind[];
  };
}

/** The processes of one cgroup: counts that change with what is known of a process. */
export class ProcessGroup {
  /** Undefined: the host's. */
  readonly place: Place | undefined;
  /** Whether it lies in hierarchies of version 1 too, where the kernel moves a process to the root when it ends. */
  readonly hasVersion1: boolean;
  /** Processes by state, in the order of {@link PROCESS_STATES}. */
  readonly states = new Uint32Array(PROCESS_STATES.length);
  readonly suspicious = new Map<SuspiciousKind, number>();
  /** Kinds that so many processes could not be examined for, so that their count is not known. */
  readonly unknown = new Map<SuspiciousKind, number>();
  size = 0;
  /** When the first of all its processes that were ever seen started, in ticks of 1/100 s since boot. */
  beganTicks = Number.POSITIVE_INFINITY;

  constructor(place: Place | undefined, hasVersion1: boolean) {
    this.place = place;
    this.hasVersion1 = hasVersion1;
  }

  private began: { readonly ticks: number; readonly seconds: number } | undefined;

  /**
   * When the first of its processes started, in seconds since the Unix epoch.
   *
   * @param bootTime in the same; the first that it is told holds, until an earlier process is seen
   */
  beganAt(bootTime: number, ticksPerSecond: number): number {
    if (this.began?.ticks !== this.beganTicks)
      this.began = { ticks: this.beganTicks, seconds: bootTime + this.beganTicks / ticksPerSecond };
    return this.began.seconds;
  }

  add(process: Counted): void {
    if (process.startTicks < this.beganTicks) this.beganTicks = process.startTicks;
    this.count(process, 1);
  }

  remove(process: Counted): void {
    this.count(process, -1);
  }

  private count({ stateIndex, inspection }: Counted, by: 1 | -1): void {
    this.size += by;
    this.states[stateIndex] = (this.states[stateIndex] ?? 0) + by;
    if (inspection.kind !== undefined) change(this.suspicious, inspection.kind, by);
    for (const kind of inspection.unknown) change(this.unknown, kind, by);
  }
}

/** A count of none is not kept. */
function change(counts: Map<SuspiciousKind, number>, kind: SuspiciousKind, by: number): void {
  const count = (counts.get(kind) ?? 0) + by;
  if (count === 0) counts.delete(kind);
  else counts.set(kind, count);
}
