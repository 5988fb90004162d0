/**
 * Where a record stands in a stream: the moment that it belongs to (milliseconds since 1970), and its number among the records of that moment. Of the
 * builder's rows that is the step at whose closing they were made, in the order of the nodes, so that a restarted stream gives them the same
 * positions again; of the exporter's events the start of the agent, so that one that was restarted gives none twice.
 */
export interface Position {
  readonly timeMs: number;
  readonly number: number;
}

const TEXT = /^(\d{1,15})-(\d{1,15})$/;

/** The position after all records of a step. */
export function afterStep(timeMs: number): Position {
  return { timeMs, number: Number.POSITIVE_INFINITY };
}

/** `1790000000000-3`, what `Last-Event-ID` holds. */
export function formatPosition({ timeMs, number }: Position): string {
  return `${timeMs}-${number}`;
}

/** Reads what `formatPosition` wrote; undefined for anything else. */
export function parsePosition(text: string): Position | undefined {
  const match = TEXT.exec(text);
  return match === null ? undefined : { timeMs: Number(match[1]), number: Number(match[2]) };
}

/** Below 0 when `a` comes before `b`. */
export function comparePositions(a: Position, b: Position): number {
  return a.timeMs === b.timeMs ? Math.sign(a.number - b.number) || 0 : a.timeMs - b.timeMs;
}
