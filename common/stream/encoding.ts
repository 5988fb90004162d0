import { formatTime } from '../times.ts';
import { formatPosition } from './position.ts';
import type { Entry } from './ring.ts';

/** What is told to whom it concerns, and not held: a gap, that a reader is alive. */
export interface PassingRecord {
  readonly type: string;
}

/** How records go over the wire. */
export interface Encoding {
  readonly contentType: string;
  /** What comes before the first record. */
  readonly preamble: string;
  held(entry: Entry): string;
  passing(record: PassingRecord): string;
  heartbeat(nowMs: number): string;
}

/** Milliseconds after which a browser's EventSource connects again. */
const RETRY_MS = 2_000;

const ndjson: Encoding = {
  contentType: 'application/x-ndjson; charset=utf-8',
  preamble: '',
  held: ({ json }) => `${json}\n`,
  passing: (record) => `${JSON.stringify(record)}\n`,
  heartbeat: (nowMs) => `${JSON.stringify({ type: 'heartbeat', time: formatTime(nowMs) })}\n`,
};

const eventLine = (type: string) => (type === '' ? '' : `event: ${type}\n`);

/** JSON on one line holds no line end, whatever its texts are: no record can forge a field or an event. */
const serverSentEvents: Encoding = {
  contentType: 'text/event-stream; charset=utf-8',
  preamble: `retry: ${RETRY_MS}\n\n`,
  held: ({ at, type, json }) => `id: ${formatPosition(at)}\n${eventLine(type)}data: ${json}\n\n`,
  passing: (record) => `${eventLine(record.type)}data: ${JSON.stringify(record)}\n\n`,
  heartbeat: (nowMs) => `: heartbeat ${formatTime(nowMs)}\n\n`,
};

/** Server-sent events for those who ask for them by Accept, else NDJSON. */
export function encodingFor(accept: string | undefined): Encoding {
  return /(^|[\s,])text\/event-stream\s*($|[;,])/i.test(accept ?? '') ? serverSentEvents : ndjson;
}
