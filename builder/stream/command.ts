import { UsageError } from '../../common/cli.ts';
import { endSignal } from '../../common/end-signal.ts';
import { BuilderError } from '../../common/errors.ts';
import { Flag, Program } from '../../common/flags.ts';
import { createLogger } from '../../common/log.ts';
import { type LogFlags, logFormatFlag, logLevelFlag } from '../../common/log-flags.ts';
import { noTime, parseTime } from '../../common/times.ts';
import { parseListenAddress } from '../../common/web/listen-address.ts';
import { type BuildFlags, loadConfig } from '../config/load.ts';
import { LISTEN_FLAG, stream } from './run.ts';

interface StreamFlags extends BuildFlags, LogFlags {
  readonly listen: string;
  readonly from: string;
  readonly 'web.config.file'?: string;
}

/** The first moment to stream, which lies in the past. */
function firstMoment(text: string, nowMs: number): number {
  const ms = parseTime(text, nowMs);
  if (ms === undefined) {
    throw new UsageError(`--from ${noTime(text)}`);
  }
  if (ms > nowMs) throw new UsageError(`--from ${text} lies in the future`);
  return ms;
}

async function runStream(flags: StreamFlags): Promise<void> {
  const { 'log.level': level, 'log.format': format, 'web.config.file': webConfigFile, ...other } = flags;
  const { listen, from, ...rest } = other;
  const address = parseListenAddress(listen, LISTEN_FLAG);
  firstMoment(from, Date.now());
  const config = loadConfig(rest);
  const signal = endSignal();
  const log = createLogger({ level, format });
  try {
    await stream({
      config,
      listen: address,
      webConfigFile,
      from: (nowMs) => firstMoment(from, nowMs),
      log,
      signal,
    });
  } catch (error) {
    // Asked to end before the stream had begun.
    if (!(signal.aborted && error instanceof BuilderError && error.code === 'interrupted')) throw error;
  }
  log.info('stopped');
}

/** `kubevigil-builder stream`. */
export function streamCommand(): Program {
  return new Program('stream')
    .description("Serve each step's rows over HTTP as it closes, as NDJSON or server-sent events.")
    .option('--config <file>', 'YAML file as for build; its start, end and last do not matter here')
    .addOption(new Flag('--prometheus <url>', 'server to read from').usually('http://127.0.0.1:9090'))
    .option(`${LISTEN_FLAG} <host:port>`, 'where to serve; :24926 is every address', '127.0.0.1:24926')
    .option('--web.config.file <file>', 'TLS, users and headers, reread when changed')
    .option('--from <time>', 'first moment: RFC 3339, Unix seconds, or a duration back from now', '5m')
    .addOption(new Flag('--step <duration>', 'time that a row covers').usually('15s'))
    .addOption(
      new Flag('--delay <duration>', 'how long after its end a step is closed').usually('the scrape timeout'),
    )
    .option(
      '--pseudonymise [key file]',
      'pseudonyms for nodes, namespaces and pods, by a key (without a file: in KUBEVIGIL_PSEUDONYM_KEY)',
    )
    .addOption(new Flag('--output <place>', "dataset whose manifest's split bounds hold").usually('dataset'))
    .option('--labels <file>', 'episodes file, read again when it changes')
    .addOption(logLevelFlag())
    .addOption(logFormatFlag())
    .example(
      'kubevigil-builder stream --config dataset.yaml --listen :24926',
      'serve http://localhost:24926/stream',
    )
    .action(runStream);
}
