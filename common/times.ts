import dayjs from 'dayjs';
import utc from 'dayjs/plugin/utc.js';
import { parseDurationMs } from './duration.ts';
import { excerpt } from './excerpt.ts';
import { MS_PER_SECOND } from './ms.ts';

dayjs.extend(utc);

/** The last moment that RFC 3339 can write, whose years have four digits. */
export const LATEST_MS = 253_402_300_799_999;
const YEAR_0_MS = -62_167_219_200_000;

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
  const ms = wall.valueOf() - shift + Number(fraction.slice(1, 4).padEnd(3, '0'));
  // In another zone a moment can be in the year before the first or after the last.
  return ms >= YEAR_0_MS && ms <= LATEST_MS ? ms : undefined;
}

const UNIX_SECONDS = /^\d+(\.\d+)?$/;

/**
 * Reads a time as Prometheus' tools write them: RFC 3339 with a zone, Unix seconds, or a duration back from now.
 *
 * @returns milliseconds since 1970, whole if those of now are; undefined when the text is none of these, or lies beyond the year 9999
 */
export function parseTime(text: string, nowMs: number): number | undefined {
  const instant = parseRfc3339(text);
  if (instant !== undefined) return instant;
  if (text === 'now') return nowMs;
  if (UNIX_SECONDS.test(text)) {
    const ms = Math.round(Number(text) * MS_PER_SECOND);
    return ms <= LATEST_MS ? ms : undefined;
  }
  const backMs = parseDurationMs(text);
  return backMs === undefined ? undefined : nowMs - backMs;
}

/** Milliseconds in what a bare number may count. */
const UNITS = { seconds: 1000, milliseconds: 1, microseconds: 1e-3, nanoseconds: 1e-6 } as const;
type Unit = keyof typeof UNITS;

/** From 2000 to 2100: of each number one unit at most gives such a time, as the units are a thousand apart. */
const LIKELY_MS = [946_684_800_000, 4_102_444_800_000] as const;
const MS_PER_YEAR = 31_556_952_000;
/** The last moment that a Date can hold. */
const LAST_DATE_MS = 8.64e15;

function dateText(ms: number): string {
  if (ms <= LATEST_MS) return formatTime(ms);
  if (ms <= LAST_DATE_MS) return `the year ${new Date(ms).getUTCFullYear()}`;
  return Number.isFinite(ms) ? `the year ${Math.floor(1970 + ms / MS_PER_YEAR)}` : 'no year at all';
}

/**
 * What a number that was not meant in a unit would be in it, and what to write instead.
 *
 * @param text digits, of seconds with or without a fraction
 */
export function unlikelyNumber(text: string, unit: 'seconds' | 'milliseconds'): string {
  const number = Number(text);
  const [fromMs, toMs] = LIKELY_MS;
  const meant = (Object.keys(UNITS) as Unit[]).find((name) => {
    const ms = number * UNITS[name];
    return name !== unit && ms >= fromMs && ms < toMs;
  });
  const read = `${excerpt(text)} in ${unit} would be ${dateText(number * UNITS[unit])}`;
  if (meant === undefined)
    return `${read}: write ${unit} since 1970, at most of the year 9999, or RFC 3339 (2026-11-23T13:47:00Z)`;
  const ms = Math.floor(number * UNITS[meant]);
  return `${read}: if it is in ${meant} (${formatTime(ms)}), write ${ms / UNITS[unit]}`;
}

/** Why a text is no time for `parseTime`, and what to write instead. */
export function noTime(text: string): string {
  if (UNIX_SECONDS.test(text)) return unlikelyNumber(text, 'seconds');
  return `${JSON.stringify(excerpt(text))} is no time: write RFC 3339 with a zone (2026-11-23T13:47:00Z), Unix seconds, or a duration back from now (2h)`;
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
