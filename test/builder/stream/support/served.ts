import { Hub } from '../../../../builder/stream/hub.ts';
import { Journal } from '../../../../builder/stream/journal.ts';
import { StreamMetrics } from '../../../../builder/stream/metrics.ts';
import type { Row } from '../../../../builder/stream/records.ts';
import { createApp } from '../../../../builder/stream/server.ts';
import { createLogger } from '../../../../common/log.ts';
import { listen } from '../../../../common/web/listen.ts';

export const STEP_MS = 15_000;
/** The step before the first. */
export const BEFORE_MS = Date.UTC(2026, 10, 23);

export interface Served {
  readonly url: string;
  readonly journal: Journal;
  readonly hub: Hub;
  /** Closes the next step with these rows; each gets the step's time. */
  publish(rows: readonly Row[]): void;
  /** A metric of the stream's own. */
  metric(name: string): Promise<string | undefined>;
  /** Cuts all connections. */
  hangUp(): void;
  close(): Promise<void>;
}

export interface ServedOptions {
  readonly ringBytes?: number;
  readonly mostClients?: number;
  readonly stallMs?: number;
}

/** The stream's server with rows from the test instead of Prometheus. */
export async function serve(options: ServedOptions = {}): Promise<Served> {
  const { ringBytes = 10_000_000, mostClients = 10, stallMs = 60_000 } = options;
  const journal = new Journal(ringBytes, BEFORE_MS);
  const metrics = new StreamMetrics();
  const hub = new Hub((reason) => metrics.clientEnded(reason));
  metrics.observe({ clients: () => hub.size, ringBytes: () => journal.ring.bytes, lagMs: () => 0 });
  const logger = createLogger({ level: 'error', format: 'logfmt' });
  const app = createApp({
    ring: journal.ring,
    hub,
    metrics,
    mostClients,
    stallMs,
    stepMs: STEP_MS,
    isReady: () => journal.timeMs > BEFORE_MS,
    nowMs: () => journal.timeMs + STEP_MS,
    log: logger,
  });
  const listener = await listen(app, { host: '127.0.0.1', port: 0 }, { flag: '--listen', logger });
  const url = `http://${listener.address}`;
  return {
    url,
    journal,
    hub,
    publish(rows) {
      const timeMs = journal.timeMs + STEP_MS;
      const timestamp = new Date(timeMs).toISOString();
      journal.begin(timeMs);
      for (const row of rows) {
        journal.append({ type: 'row', label_state: 'final', row: { timestamp, ...row } });
      }
      journal.append({ type: 'step', timestamp, rows: rows.length, final_until: timestamp });
      hub.wake();
    },
    async metric(name) {
      const text = await (await fetch(`${url}/metrics`)).text();
      return text
        .split('\n')
        .find((line) => line.startsWith(`kubevigil_stream_${name} `))
        ?.split(' ')[1];
    },
    hangUp: () => listener.server.closeAllConnections(),
    async close() {
      hub.finish();
      await listener.close(0);
    },
  };
}
