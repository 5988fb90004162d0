/** What a run tells while it runs; on standard error, because standard output holds the result. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
}

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Writes lines of at least the level's importance. */
export function lineLog(level: LogLevel, write: (line: string) => void): Log {
  const at = (of: LogLevel) => (message: string) => {
    if (LOG_LEVELS.indexOf(of) <= LOG_LEVELS.indexOf(level)) write(`kubevigil-builder: ${of}: ${message}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn') };
}
