import type { Membership } from '../containers/membership.ts';
import type { Place } from '../containers/place.ts';
import type { ExecutableKind } from './executable.ts';
import { PROCESS_STATES } from './state.ts';

/** Why a process is suspicious, the first that fits. */
export type SuspiciousKind = ExecutableKind | 'traced' | 'elevated_container';

/** The processes of one cgroup, counted during one pass over /proc. */
export class ProcessGroup {
  /** Undefined: the host's. */
  readonly place: Place | undefined;
  /** With absolute paths. */
  readonly membership: Membership;
  /** Processes by state, in the order of {@link PROCESS_STATES}. */
  readonly states = new Uint32Array(PROCESS_STATES.length);
  readonly suspicious = new Map<SuspiciousKind, number>();
  /** Kinds that at least one process could not be examined for, so that their count is not known. */
  readonly unknown = new Set<SuspiciousKind>();

  constructor(place: Place | undefined, membership: Membership) {
    this.place = place;
    this.membership = membership;
  }

  /** Before a pass. */
  clear(): void {
    this.states.fill(0);
    this.suspicious.clear();
    this.unknown.clear();
  }

  /** Counts one process. */
  add(state: number, kind: SuspiciousKind | undefined, unknown: readonly SuspiciousKind[]): void {
    this.states[state] = (this.states[state] ?? 0) + 1;
    if (kind !== undefined) this.suspicious.set(kind, (this.suspicious.get(kind) ?? 0) + 1);
    for (const each of unknown) this.unknown.add(each);
  }
}
