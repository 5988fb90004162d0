import { formatDuration } from '../../common/duration.ts';
import type { Logger } from '../../common/log.ts';
import { terminalBar } from '../../common/terminal-bar.ts';

/** Tells how far a campaign is. */
export interface Progress {
  start(totalMs: number): void;
  /** @param atMs by the timetable */
  begin(text: string, atMs: number, durationMs: number): void;
  stop(): void;
}

const TICK_MS = 500;

function bar(stream: NodeJS.WriteStream): Progress {
  const format = '{bar} {percentage}% | {doing} | {left} left';
  const line = terminalBar(stream, format, { stopOnComplete: false });
  let totalMs = 0;
  let ticking: NodeJS.Timeout | undefined;
  const left = (ms: number) => formatDuration(Math.max(0, Math.round((totalMs - ms) / 1000) * 1000));
  return {
    start(ms) {
      totalMs = ms;
      line.start(ms, 0, { doing: '', left: left(0) });
    },
    begin(doing, atMs, durationMs) {
      clearInterval(ticking);
      const began = Date.now();
      const show = () => {
        const nowMs = atMs + Math.min(durationMs, Date.now() - began);
        line.update(nowMs, { doing, left: left(nowMs) });
      };
      show();
      ticking = setInterval(show, TICK_MS);
    },
    stop() {
      clearInterval(ticking);
      line.stop();
    },
  };
}

/** A bar on a terminal, elsewhere a log line as each phase begins. */
export function progressOn(stream: NodeJS.WriteStream, log: Logger): Progress {
  if (stream.isTTY) return bar(stream);
  return {
    start: (totalMs) => log.info('Campaign begins', { planned: formatDuration(totalMs) }),
    begin: (text, _, durationMs) => log.info(text, { planned: formatDuration(durationMs) }),
    stop: () => {},
  };
}
