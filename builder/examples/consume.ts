/**
 * Reads the rows of a Kubevigil stream and prints each as a line of JSON, every row once. Needs nothing but Node: it
 * connects again whatever cuts the connection, and goes on after the last record that it has handled.
 *
 *     node dist/builder/examples/consume.js http://127.0.0.1:24926/stream 10m | head
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** What the examples look at of a record; see docs/reference/stream-protocol.md for all there is. */
interface StreamRecord {
  readonly type: 'row' | 'step' | 'label' | 'gap' | 'late' | 'heartbeat';
  /** Absent in what is not to be resumed after. */
  readonly id?: string;
  readonly row?: Readonly<Record<string, number | string | null>>;
}

/** Heartbeats come each 15 seconds: a connection that says nothing for longer is dead. */
const SILENCE_MS = 60_000;
const LONGEST_PAUSE_MS = 30_000;

/** A request that will not be answered however often it is made. */
class Refused extends Error {}

/** The whole lines of an answer; what is cut off in the middle is no line. */
async function* linesOf(body: ReadableStream<Uint8Array>, onLife: () => void): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    onLife();
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** One connection's records, after `lastId` or, without one, from that time on. */
async function* recordsOf(url: URL, from: string | undefined, lastId: string | undefined) {
  const address = new URL(url);
  if (lastId === undefined && from !== undefined) address.searchParams.set('from', from);
  const controller = new AbortController();
  let watchdog: NodeJS.Timeout | undefined;
  const live = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => controller.abort(new Error('silent for too long')), SILENCE_MS);
  };
  live();
  try {
    const headers = {
      Accept: 'application/x-ndjson',
      ...(lastId !== undefined && { 'Last-Event-ID': lastId }),
    };
    const response = await fetch(address, { headers, signal: controller.signal });
    if (!response.ok || response.body === null) {
      const message = `${response.status}: ${(await response.text()).trim()}`;
      throw response.status < 500 ? new Refused(message) : new Error(message);
    }
    for await (const line of linesOf(response.body, live)) yield JSON.parse(line) as StreamRecord;
  } finally {
    clearTimeout(watchdog);
    controller.abort();
  }
}

/** What to do with a record: put your own here. */
function handle(record: StreamRecord): void {
  if (record.type === 'row') process.stdout.write(`${JSON.stringify(record.row)}\n`);
  else if (record.type !== 'step' && record.type !== 'heartbeat')
    process.stderr.write(`${JSON.stringify(record)}\n`);
}

/** Handles every record once, for ever. */
async function consume(url: URL, from: string | undefined): Promise<void> {
  let lastId: string | undefined;
  for (let pauseMs = 1_000; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      for await (const record of recordsOf(url, from, lastId)) {
        handle(record);
        lastId = record.id ?? lastId;
        pauseMs = 1_000;
      }
    } catch (error) {
      if (error instanceof Refused) throw error;
      process.stderr.write(`cut off: ${error instanceof Error ? error.message : String(error)}\n`);
    }
    await sleep(pauseMs);
  }
}

// Whoever read our output has enough.
process.stdout.on('error', () => process.exit());
const [url, from] = process.argv.slice(2);
if (url === undefined) throw new Error('usage: consume URL [FROM]');
await consume(new URL(url), from);
