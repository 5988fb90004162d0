import type { IncomingMessage, ServerResponse } from 'node:http';
import { Client, type ClientEnd } from '../../common/stream/client.ts';
import { type Encoding, encodingFor } from '../../common/stream/encoding.ts';
import {
  comparePositions,
  formatPosition,
  type Position,
  parsePosition,
} from '../../common/stream/position.ts';
import { Readers } from '../../common/stream/readers.ts';
import type { Ring } from '../../common/stream/ring.ts';
import { evidenceMetrics } from '../catalogue/evidence.ts';
import { type Sample, sample } from '../catalogue/model/sample.ts';
import type { EventLog } from '../evidence/event-log.ts';
import { ReaderSeats } from './reader-seats.ts';

/** Where records are read. */
export const EVENTS_PATH = '/events';

const HEARTBEAT_MS = 15_000;
/** A reader that takes nothing for so long is dropped. */
const STALL_MS = 30_000;
const RETRY_SECONDS = '5';
const LONGEST_ID_SHOWN = 64;
const PIECE_CHARACTERS = 65_536;

/** What a request asks for; `refusal` is one line for whoever asked. */
type EventsQuery =
  | {
      /** After the records that are held, those that come; else the answer ends. */
      readonly follow: boolean;
      /** Only what comes, unless an id says where to begin. */
      readonly isNew: boolean;
    }
  | { readonly refusal: string };

const VALUES: Readonly<Record<string, readonly string[]>> = {
  follow: ['true', 'false'],
  from: ['first', 'now'],
};

/**
 * Reads `?follow=false` (what is held, and no more) and `?from=now` (what comes from now on); the other values are the defaults.
 *
 * @internal exported for its own tests
 */
export function parseEventsQuery(query: string): EventsQuery {
  const parameters = new URLSearchParams(query);
  for (const [name, value] of parameters) {
    const values = VALUES[name];
    if (values === undefined) {
      return { refusal: `no such parameter: ${JSON.stringify(name)}; there are follow and from` };
    }
    if (!values.includes(value)) return { refusal: `${name}=${value}: must be ${values.join(' or ')}` };
  }
  return { follow: parameters.get('follow') !== 'false', isNew: parameters.get('from') === 'now' };
}

/** What a reader is told whose next record is not held (any more). */
function gapOf(after: Position, { floor }: Ring) {
  return {
    type: 'gap',
    reason: 'not_held',
    after: formatPosition(after),
    upto: formatPosition(floor),
    message: 'these records are not held here: the agent was restarted since, or newer ones took their room',
  };
}

interface Start {
  readonly after: Position;
  /** The id that was asked for, where what follows it is not held. */
  readonly lost: Position | undefined;
}

/** After which record a reader begins; undefined for an id that is none. */
function startOf(lastEventId: string, isNew: boolean, ring: Ring): Start | undefined {
  if (lastEventId === '') return { after: isNew ? ring.head : ring.floor, lost: undefined };
  const asked = parsePosition(lastEventId);
  if (asked === undefined) return undefined;
  // An id that this agent has not given (yet) is one of before, when the clock stood elsewhere.
  const isKnown = !ring.hasLost(asked) && comparePositions(asked, ring.head) <= 0;
  return isKnown ? { after: asked, lost: undefined } : { after: ring.floor, lost: asked };
}

/** All that is held after a position, in pieces that the connection has taken before the next one is made. */
function sendHeld(
  response: ServerResponse,
  ring: Ring,
  encoding: Encoding,
  { after: from, lost }: Start,
): void {
  const { timeMs, number } = ring.head;
  let after = from;
  if (lost !== undefined) response.write(encoding.passing(gapOf(lost, ring)));
  const next = () => {
    for (;;) {
      if (ring.hasLost(after)) {
        response.write(encoding.passing(gapOf(after, ring)));
        after = ring.floor;
      }
      const entries = ring.after(after, PIECE_CHARACTERS);
      const last = entries.at(-1);
      // What comes meanwhile is another request's.
      if (last === undefined || comparePositions(after, { timeMs, number }) >= 0) break;
      after = last.at;
      if (response.write(entries.map(encoding.held).join(''))) continue;
      response.once('drain', next);
      return;
    }
    response.end();
  };
  next();
}

/** Whether a request is for an answer that lasts. */
export function isLasting({ url = '' }: IncomingMessage): boolean {
  const [path, query = ''] = url.split('?', 2);
  return path === EVENTS_PATH && new URLSearchParams(query).get('follow') !== 'false';
}

/** Why a request is not answered with records. */
interface Refused {
  readonly status: number;
  readonly text: string;
}

/** The page of records: those that are held, and each new one as it is written. */
export class EventsPage {
  readonly #ring: Ring;
  readonly #seats = new ReaderSeats<Client>();
  readonly #dropped = { overtaken: 0, stalled: 0 };
  readonly #readers = new Readers((reason) => this.#ended(reason));
  readonly #heartbeat: NodeJS.Timeout;

  constructor(log: EventLog) {
    this.#ring = log.ring;
    log.wake = () => this.#readers.wake();
    this.#heartbeat = setInterval(() => this.#readers.heartbeat(Date.now()), HEARTBEAT_MS).unref();
  }

  /** Answers a request with records; a refusal is for whoever called to send. */
  answer(request: IncomingMessage, response: ServerResponse, query: string): Refused | undefined {
    const asked = parseEventsQuery(query);
    if ('refusal' in asked) return { status: 400, text: asked.refusal };
    const { headers, method } = request;
    const lastEventId = [headers['last-event-id']].flat()[0] ?? '';
    const start = startOf(lastEventId, asked.isNew, this.#ring);
    if (start === undefined) {
      const id = JSON.stringify(lastEventId.slice(0, LONGEST_ID_SHOWN));
      return { status: 400, text: `Last-Event-ID ${id} is no id of a record` };
    }
    const encoding = encodingFor(headers.accept);
    response.setHeader('Vary', 'Accept');
    if (method === 'HEAD') {
      response.setHeader('Content-Type', encoding.contentType);
      response.end();
      return undefined;
    }
    if (asked.follow) return this.#follow(request, response, encoding, start);
    response.writeHead(200, { 'Content-Type': encoding.contentType, 'Cache-Control': 'no-store' });
    sendHeld(response, this.#ring, encoding, start);
    return undefined;
  }

  #follow(
    { socket }: IncomingMessage,
    response: ServerResponse,
    encoding: Encoding,
    { after, lost }: Start,
  ): Refused | undefined {
    const source = socket.remoteAddress ?? '';
    if (!this.#seats.hasRoomFor(source)) {
      response.setHeader('Retry-After', RETRY_SECONDS);
      return { status: 503, text: 'there are as many readers already as there may be' };
    }
    const client = new Client({ response, encoding, ring: this.#ring, after, stallMs: STALL_MS });
    this.#seats.take(client, source)?.evict();
    void client.ended.then(() => this.#seats.leave(client));
    if (lost !== undefined) client.pass(gapOf(lost, this.#ring));
    this.#readers.add(client);
    return undefined;
  }

  samples(): Sample[] {
    const { overtaken, stalled } = this.#dropped;
    return [
      sample(evidenceMetrics.readers, this.#readers.size),
      sample(evidenceMetrics.readersDropped, overtaken, { reason: 'overtaken' }),
      sample(evidenceMetrics.readersDropped, stalled, { reason: 'stalled' }),
    ];
  }

  /** Ends all answers in good order. */
  close(): void {
    clearInterval(this.#heartbeat);
    this.#readers.finish();
  }

  #ended(reason: ClientEnd): void {
    if (reason !== 'closed') this.#dropped[reason] += 1;
  }
}
