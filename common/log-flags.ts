import { Flag } from './flags.ts';
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from './log.ts';

/** What the command line tells of the log. */
export interface LogFlags {
  readonly 'log.level': LogLevel;
  readonly 'log.format': LogFormat;
}

export function logLevelFlag(): Flag {
  return new Flag('--log.level <level>', 'least level to log').choices(LOG_LEVELS).default('info');
}

export function logFormatFlag(): Flag {
  return new Flag('--log.format <format>', 'form of the log').choices(LOG_FORMATS).default('logfmt');
}
