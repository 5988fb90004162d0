/** Reads lines of a server for as long as they are wanted: whatever cuts the connection, it is read on after the last record. */
import { setTimeout as sleep } from 'node:timers/promises';
import { firstLineOf } from '../errors.ts';
import { type Line, LineCutter } from '../stream/lines.ts';
import { type AnswerOptions, answerOf, RefusedError } from './answer.ts';

export interface FollowOptions extends AnswerOptions {
  /** What a line comes to; what it throws is taken for the end of the connection. */
  readonly take: (line: Line) => Promise<string | undefined> | string | undefined;
  readonly onConnected: () => void;
  /** Told why a connection is over, undefined for an answer that ended in order, and whether that is news since the last record. */
  readonly onLost: (reason: string | undefined, isNew: boolean) => void;
  /** Whether trying again mends nothing. */
  readonly isFinal?: (error: unknown) => boolean;
  /** Whether an answer that ends is all that is wanted; then what goes wrong is thrown. */
  readonly once?: boolean;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A row of 2,000 columns has some 100 KB, a record of a match 10. */
const LONGEST_LINE = 1 << 20;
const BAD_REQUEST = 400;

/** One connection, until it ends. @param onId of each position after a line that has one */
async function readAnswer(
  options: FollowOptions,
  lastId: string | undefined,
  onId: (id: string) => void,
): Promise<void> {
  const { take, onConnected } = options;
  const answer = await answerOf(options, lastId);
  onConnected();
  const cutter = new LineCutter(LONGEST_LINE);
  for await (const bytes of answer) {
    for (const line of cutter.cut(bytes as Uint8Array)) {
      const id = await take(line);
      if (id !== undefined) onId(id);
    }
  }
}

/**
 * Reads until the signal, or with `once` to the end of the first answer.
 *
 * @throws {Error} what is final, and with `once` whatever goes wrong
 */
export async function followLines(options: FollowOptions): Promise<void> {
  const { onLost, isFinal, once, signal } = options;
  let lastId: string | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  let told: { readonly reason: string | undefined } | undefined;
  while (!signal.aborted) {
    let reason: string | undefined;
    try {
      await readAnswer(options, lastId, (id) => {
        lastId = id;
        pauseMs = FIRST_PAUSE_MS;
        told = undefined;
      });
      if (once === true) return;
    } catch (error) {
      if (signal.aborted) return;
      if (once === true || isFinal?.(error) === true) throw error;
      reason = firstLineOf(error);
      // Another stream than before, to which the position means nothing.
      if (error instanceof RefusedError && error.status === BAD_REQUEST) lastId = undefined;
    }
    onLost(reason, told === undefined || told.reason !== reason);
    told = { reason };
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }
}
