import type { BuildConfig } from '../../../../builder/config/schema.ts';
import type { Clock } from '../../../../builder/stream/clock.ts';
import { stream } from '../../../../builder/stream/run.ts';
import { createLogger } from '../../../../common/log.ts';

export interface RunningStream {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly log: () => string;
  /** Ends the stream and waits for that. */
  stop(): Promise<void>;
}

/**
 * Runs a stream in this process, on a free port of loopback.
 *
 * @param clock without it this machine's, set by Prometheus'
 */
export async function startStream(
  config: BuildConfig,
  fromMs: number,
  clock?: Clock,
): Promise<RunningStream> {
  const controller = new AbortController();
  let written = '';
  let address: (address: string) => void = () => {};
  const listening = new Promise<string>((resolve) => {
    address = resolve;
  });
  const ended = stream({
    config,
    listen: { host: '127.0.0.1', port: 0 },
    from: () => fromMs,
    ...(clock !== undefined && { clock }),
    onListening: (at) => address(at),
    log: createLogger({ level: 'info', format: 'logfmt' }, (line) => {
      written += line;
    }),
    signal: controller.signal,
  });
  const failed = ended.then(() => {
    throw new Error('the stream ended');
  });
  const url = `http://${await Promise.race([listening, failed])}`;
  failed.catch(() => undefined);
  return {
    url,
    log: () => written,
    stop() {
      controller.abort();
      return ended;
    },
  };
}
