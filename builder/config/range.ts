import { BuilderError } from '../../common/errors.ts';
import { type Ms, wholeMs } from '../../common/ms.ts';
import { formatTime, noTime, parseTime } from '../../common/times.ts';
import type { BuildConfig } from './schema.ts';

export const MS_PER_DAY = 86_400_000;

/** (startMs, endMs] */
export interface TimeRange {
  readonly startMs: Ms;
  readonly endMs: Ms;
}

function timeOf(name: 'start' | 'end', text: string, nowMs: number): number {
  const ms = parseTime(text, nowMs);
  if (ms !== undefined) return ms;
  throw new BuilderError('config', `${name} ${noTime(text)}`);
}

/**
 * The time that a dataset covers, (startMs, endMs]: the last 24 hours when nothing is said.
 *
 * @throws {BuilderError} `config` for times that are none, or in the wrong order
 */
export function rangeOf(
  { start, end, last }: Pick<BuildConfig, 'start' | 'end' | 'last'>,
  nowMs: number,
): TimeRange {
  if (last !== undefined && start !== undefined) {
    throw new BuilderError('config', 'both last and start are given: say one of them');
  }
  const endMs = end === undefined ? nowMs : timeOf('end', end, nowMs);
  const startMs = start === undefined ? endMs - (last ?? MS_PER_DAY) : timeOf('start', start, nowMs);
  if (startMs < 0) {
    throw new BuilderError(
      'config',
      `start lies before 1970: say a later start, or a shorter time back from ${formatTime(endMs)}`,
    );
  }
  if (startMs >= endMs) {
    throw new BuilderError('config', `end ${formatTime(endMs)} is not after start ${formatTime(startMs)}`);
  }
  return { startMs: wholeMs(startMs), endMs: wholeMs(endMs) };
}
