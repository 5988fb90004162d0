import { afterStep, type Position, parsePosition } from '../../common/stream/position.ts';
import { noTime, parseTime } from '../../common/times.ts';

/** What a request says about where to begin. */
interface Wanted {
  readonly lastEventId: string | undefined;
  readonly from: unknown;
}

/** A request that cannot be answered; its message says why. */
export interface Refusal {
  readonly refusal: string;
}

/** An unescaped + of a time zone arrives as a space. */
const SPACE_FOR_PLUS = / (?=\d{2}:\d{2}$)/;

/**
 * After which position a reader begins: `Last-Event-ID` goes before `from`, since a browser's EventSource repeats the
 * address of its first request when it connects again; without either at what comes next.
 */
export function startOf({ lastEventId, from }: Wanted, head: Position, nowMs: number): Position | Refusal {
  if (lastEventId !== undefined && lastEventId !== '') {
    const position = parsePosition(lastEventId);
    if (position !== undefined && position.timeMs <= nowMs) return position;
    return { refusal: `Last-Event-ID ${JSON.stringify(lastEventId)} is no id of this stream` };
  }
  if (from === undefined) return head;
  const ms = typeof from === 'string' ? parseTime(from.replace(SPACE_FOR_PLUS, '+'), nowMs) : undefined;
  if (ms === undefined) {
    return { refusal: `from=${noTime(typeof from === 'string' ? from : String(from))}` };
  }
  return ms > nowMs ? { refusal: 'from lies in the future' } : afterStep(ms);
}
