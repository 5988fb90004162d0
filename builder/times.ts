import dayjs from 'dayjs';
import utc from 'dayjs/plugin/utc.js';
import { parseDurationMs } from '../common/duration.ts';

dayjs.extend(utc);

const MS_PER_SECOND = 1000;
const MS_PER_MINUTE = 60_000;
const RFC3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;
const OFFSET = /^([+-])(\d{2}):(\d{2})$/;

function offsetMs(zone: string): number | undefined {
  const match = OFFSET.exec(zone);
  if (match === null) return 0;
  const [, sign, hours, minutes] = match;
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MS_PER_MINUTE;
}

/**
 * Reads an RFC 3339 time, whose zone is required: a local time means another instant on another machine.
 *
 * @returns milliseconds since 1970; undefined for anything else, such as the 30th of February
 */
export function parseRfc3339(text: string): number | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [, date = '', hours = '', minutes = '', seconds = '', fraction = '', zone = ''] = match;
  const shift = offsetMs(zone);
  const wall = dayjs.utc(`${date}T${hours}:${minutes}:${seconds}Z`);
  if (shift === undefined || !wall.isValid()) return undefined;
  if (wall.format('YYYY-MM-DDTHH:mm:ss') !== `${date}T${hours}:${minutes}:${seconds}`) return undefined;
  return wall.valueOf() - shift + Number(fraction.slice(1, 4).padEnd(3, '0'));
}

const UNIX_SECONDS = /^\d{1,11}(\.\d+)?$/;

/**
 * Reads a time as Prometheus' tools write them: RFC 3339 with a zone, Unix seconds, or a duration back from now.
 *
 * @returns milliseconds since 1970, or undefined when the text is none of these
 */
export function parseTime(text: string, nowMs: number): number | undefined {
  const instant = parseRfc3339(text);
  if (instant !== undefined) return instant;
  if (text === 'now') return nowMs;
  if (UNIX_SECONDS.test(text)) return Math.round(Number(text) * MS_PER_SECOND);
  const backMs = parseDurationMs(text);
  return backMs === undefined ? undefined : nowMs - backMs;
}

/** `2026-11-23T13:47:15.000Z` */
export function formatTime(ms: number): string {
  return dayjs.utc(ms).format('YYYY-MM-DDTHH:mm:ss.SSS[Z]');
}

/** The UTC day of a time, `2026-11-23`. */
export function utcDay(ms: number): string {
  return dayjs.utc(ms).format('YYYY-MM-DD');
}

/** Midnight after a time, UTC. */
export function nextUtcDay(ms: number): number {
  return dayjs.utc(ms).startOf('day').add(1, 'day').valueOf();
}
