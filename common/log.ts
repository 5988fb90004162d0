/** Least to most severe. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export const LOG_FORMATS = ['logfmt', 'json'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFormat = (typeof LOG_FORMATS)[number];

type LogFields = Readonly<Record<string, string | number | boolean>>;
type LogMethod = (message: string, fields?: LogFields) => void;

/** One line per call, on standard error: standard output belongs to what a program is asked for. */
export type Logger = Readonly<Record<LogLevel, LogMethod>>;

const BARE = /^[\w.:/@%+[\]-]+$/;

/** JSON's quoting is logfmt's: what a line says cannot end the line, nor forge another field. */
function logfmtValue(value: string | number | boolean): string {
  const text = String(value);
  return BARE.test(text) ? text : JSON.stringify(text);
}

function logfmt(record: LogFields): string {
  return Object.entries(record)
    .map(([key, value]) => `${key}=${logfmtValue(value)}`)
    .join(' ');
}

/**
 * A logger of some thirty lines: on every node it saves the 9 MB that a logging library takes.
 *
 * @param write receives each line with its newline
 */
export function createLogger(
  { level, format }: { level: LogLevel; format: LogFormat },
  write: (line: string) => void = (line) => process.stderr.write(line),
): Logger {
  const least = LOG_LEVELS.indexOf(level);
  const render = format === 'json' ? (record: LogFields) => JSON.stringify(record) : logfmt;
  const method = (severity: LogLevel): LogMethod => {
    if (LOG_LEVELS.indexOf(severity) < least) return () => {};
    return (message, fields) => {
      write(`${render({ time: new Date().toISOString(), level: severity, msg: message, ...fields })}\n`);
    };
  };
  return { debug: method('debug'), info: method('info'), warn: method('warn'), error: method('error') };
}
