import { Presets, SingleBar } from 'cli-progress';
import type { Logger } from './log.ts';

/** Tells how far a run is. */
export interface Progress {
  start(partitions: number): void;
  done(date: string, rows: number): void;
  stop(): void;
}

const LINE_EVERY_MS = 10_000;

/** A bar on a terminal; elsewhere a log line now and then, so that a short run says nothing. */
export function progressOn(stream: NodeJS.WriteStream, log: Logger): Progress {
  if (stream.isTTY) {
    const format = 'building {bar} {value}/{total} days | {rows} rows';
    const bar = new SingleBar(
      { stream, format, clearOnComplete: true, hideCursor: true },
      Presets.shades_classic,
    );
    return {
      start: (partitions) => bar.start(partitions, 0, { rows: 0 }),
      done: (_, rows) => bar.increment(1, { rows }),
      stop: () => bar.stop(),
    };
  }
  let lastMs = Date.now();
  let total = 0;
  let finished = 0;
  return {
    start(partitions) {
      total = partitions;
    },
    done(date, rows) {
      finished++;
      if (Date.now() - lastMs < LINE_EVERY_MS) return;
      lastMs = Date.now();
      log.info(`built ${date}: ${finished} of ${total} days, ${rows} rows`);
    },
    stop() {},
  };
}
