/** Where records of matches come from: exporters' pages, and files of theirs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { firstLineOf } from '../../common/errors.ts';
import { followLines } from '../../common/follow/follow.ts';
import { issueOf } from '../../common/issues.ts';
import type { Logger } from '../../common/log.ts';
import type { Line } from '../../common/stream/lines.ts';
import { parseEvent } from '../../dataset/evidence/event.ts';
import type { EvidenceBook } from './book.ts';
import { FileTail } from './file.ts';

/** A page of an exporter, with who asks for it, or a file. */
export type EvidencePlace =
  | { readonly url: URL; readonly authorization: () => string | undefined }
  | { readonly file: string };

const LOOK_EVERY_MS = 2_000;
/** One line of the log a place and so long: whoever writes the records does not fill it. */
const TOLD_EVERY_MS = 60_000;

/** Takes lines into the book; tells now and then of those that are no records. */
function taker(place: string, book: EvidenceBook, log: Logger): (line: Line) => string | undefined {
  let toldMs = Number.NEGATIVE_INFINITY;
  return (line) => {
    try {
      if (line === 'too long') throw new Error('is longer than any record');
      const event = parseEvent(line.text);
      if (event !== undefined) book.add(event);
      return event?.id;
    } catch (error) {
      const nowMs = performance.now();
      if (nowMs - toldMs < TOLD_EVERY_MS) return undefined;
      toldMs = nowMs;
      log.warn('A line is no record of a match', { place, reason: issueOf(error) });
      return undefined;
    }
  };
}

async function followFile(file: string, book: EvidenceBook, log: Logger, signal: AbortSignal): Promise<void> {
  const tail = new FileTail(file);
  const take = taker(file, book, log);
  let told: string | undefined;
  while (!signal.aborted) {
    try {
      for (const line of await tail.next()) take(line);
      told = undefined;
    } catch (error) {
      const reason = firstLineOf(error);
      if (reason !== told)
        log.warn('Records of matches cannot be read; it is tried again', { place: file, reason });
      told = reason;
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
  }
}

/** Reads all places into the book until the signal. */
export async function readEvidence(
  places: readonly EvidencePlace[],
  book: EvidenceBook,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    places.map((place) => {
      if ('file' in place) return followFile(place.file, book, log, signal);
      const { url, authorization } = place;
      const name = `${url.origin}${url.pathname}`;
      return followLines({
        ...{ url, authorization, signal, take: taker(name, book, log) },
        onConnected() {},
        onLost(reason = 'it ended', isNew) {
          if (isNew)
            log.warn('Records of matches cannot be read; it is tried again', { place: name, reason });
        },
      });
    }),
  );
}
