/** Reads records of events from files and from exporters. */
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { BuilderError, firstLineOf } from '../../common/errors.ts';
import { pageUrl } from '../../common/follow/address.ts';
import { issueOf } from '../../common/issues.ts';
import { type Line, LineCutter } from '../../common/stream/lines.ts';
import { type EvidenceEvent, parseEvent } from '../../dataset/evidence/event.ts';
import type { EvidenceConfig } from '../config/schema.ts';

/** Events of a dataset: 1 GB in memory. */
export const MOST_EVENTS = 1_000_000;
/** An answer that ends has what an exporter holds: a few MiB. */
const MOST_ANSWER_BYTES = 67_108_864;
const ANSWER_MS = 60_000;

/** Where events came from, as the manifest tells it. */
export interface EvidenceSource {
  /** A file by its name, an exporter by its address without what is secret. */
  readonly from: string;
  readonly events: number;
}

export interface ReadEvidence {
  readonly events: readonly EvidenceEvent[];
  readonly sources: readonly EvidenceSource[];
}

function refused(place: string, error: unknown): BuilderError {
  return new BuilderError('data', `evidence ${place}: ${issueOf(error)}`, { cause: error });
}

/** A record has some 10 KB; a file that never ends a line is not held for it. */
const LONGEST_LINE = 1 << 20;

/** Lines of bounded length, the last one also without a newline. */
async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const cutter = new LineCutter(LONGEST_LINE);
  const text = (line: Line) => {
    if (line === 'too long')
      throw new Error(`a line has more than ${LONGEST_LINE} bytes: this is no file of events`);
    return line.text;
  };
  for await (const bytes of body) yield* cutter.cut(bytes).map(text);
  const last = cutter.rest();
  if (last !== undefined) yield text(last);
}

async function* linesOfFile(path: string): AsyncGenerator<string> {
  const stats = statSync(path);
  if (!stats.isFile()) throw new Error('is no regular file');
  yield* linesOf(createReadStream(path));
}

async function* bounded(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MOST_ANSWER_BYTES) throw new Error(`the answer has more than ${MOST_ANSWER_BYTES} bytes`);
    yield chunk;
  }
}

/** An exporter's address with the path of its events, where it has none. */
function eventsAddress(text: string): URL {
  const url = pageUrl(text, '/events');
  if (url === undefined) throw new RangeError(`${text} is no address of an exporter`);
  return url;
}

/** What an exporter holds of its newest events; without `follow` its answer ends. */
async function* linesOfUrl({
  url,
  bearerTokenFile,
}: Extract<EvidenceConfig, { url: string }>): AsyncGenerator<string> {
  const address = eventsAddress(url);
  address.searchParams.set('follow', 'false');
  const token = bearerTokenFile === undefined ? undefined : readFileSync(bearerTokenFile, 'utf8').trim();
  const response = await fetch(address, {
    headers: {
      Accept: 'application/x-ndjson',
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    },
    redirect: 'error',
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  if (!response.ok || response.body === null) throw new Error(`it answers ${response.status}`);
  yield* linesOf(bounded(response.body));
}

function placeOf(source: EvidenceConfig): string {
  if (!('url' in source)) return source.file;
  const { origin, pathname } = eventsAddress(source.url);
  return `${origin}${pathname}`;
}

/** What names an event on its node. */
const key = ({ node, id }: EvidenceEvent) => `${node}\0${id}`;

/**
 * All events of the sources, each once, however often it was read: files overlap after rotation, and an exporter holds what a file has.
 *
 * @throws {BuilderError} `data` naming the source and the line
 */
export async function readEvidence(sources: readonly EvidenceConfig[]): Promise<ReadEvidence> {
  const known = new Map<string, EvidenceEvent>();
  const told: EvidenceSource[] = [];
  for (const source of sources) {
    const place = placeOf(source);
    let number = 0;
    let events = 0;
    try {
      for await (const line of 'url' in source ? linesOfUrl(source) : linesOfFile(source.file)) {
        number++;
        const event = parseLine(line, place, number);
        if (event === undefined) continue;
        events++;
        known.set(key(event), event);
        if (known.size > MOST_EVENTS)
          throw new BuilderError(
            'data',
            `evidence ${place}: more than ${MOST_EVENTS} events: give those of the dataset's time alone`,
          );
      }
    } catch (error) {
      if (error instanceof BuilderError) throw error;
      throw new BuilderError('data', `evidence ${place}: ${firstLineOf(error)}`, { cause: error });
    }
    told.push({ from: 'url' in source ? place : basename(place), events });
  }
  return { events: [...known.values()], sources: told };
}

function parseLine(line: string, place: string, number: number): EvidenceEvent | undefined {
  try {
    return parseEvent(line);
  } catch (error) {
    throw refused(`${place} line ${number}`, error);
  }
}
