import type { Logger } from './log.ts';
import { terminalBar } from './terminal-bar.ts';

/** Tells how far a run is. */
export interface Progress {
  /** @param total units of work */
  start(total: number): void;
  /** A unit is done. */
  done(what: string, note: string): void;
  stop(): void;
}

/** How progress is told: `building ▒▒░░ 1/2 days | 5760 rows`, `built 2026-11-23: 1 of 2 days, 5760 rows`. */
export interface ProgressWords {
  readonly doing: string;
  readonly did: string;
  readonly units: string;
}

const LINE_EVERY_MS = 10_000;

/** A bar on a terminal; elsewhere a log line now and then, so that a short run says nothing. */
export function progressOn(
  stream: NodeJS.WriteStream,
  log: Logger,
  { doing, did, units }: ProgressWords,
): Progress {
  if (stream.isTTY) {
    const bar = terminalBar(stream, `${doing} {bar} {value}/{total} ${units} | {note}`);
    return {
      start: (total) => bar.start(total, 0, { note: '' }),
      done: (_, note) => bar.increment(1, { note }),
      stop: () => bar.stop(),
    };
  }
  let lastMs = Date.now();
  let total = 0;
  let finished = 0;
  return {
    start(all) {
      total = all;
    },
    done(what, note) {
      finished++;
      if (Date.now() - lastMs < LINE_EVERY_MS) return;
      lastMs = Date.now();
      log.info(`${did} ${what}: ${finished} of ${total} ${units}, ${note}`);
    },
    stop() {},
  };
}
