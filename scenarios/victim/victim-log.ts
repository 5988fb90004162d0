import { appendFileSync, statSync, truncateSync } from 'node:fs';

/** Then the log begins anew, as copytruncate does, so that no attack fills a disk with it. */
const MAX_BYTES = 16 * 1024 * 1024;
/** How often its size is looked at. */
const CHECKED_EACH = 1_000;

/** Takes lines of a log. */
export type LogLine = (line: string) => void;

/** A log in a file, which does not grow beyond 16 MiB by much. */
export function fileLog(path: string): LogLine {
  let lines = 0;
  return (line) => {
    appendFileSync(path, `${line}\n`);
    lines++;
    if (lines % CHECKED_EACH === 0 && statSync(path).size > MAX_BYTES) truncateSync(path);
  };
}

/** A container's log. */
export const standardOutput: LogLine = (line) => {
  process.stdout.write(`${line}\n`);
};
