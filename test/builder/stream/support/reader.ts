import { once } from 'node:events';
import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

/** A record as a reader sees it. */
export interface SeenRecord {
  readonly type: string;
  readonly id?: string;
  readonly [key: string]: unknown;
}

export interface Reading {
  readonly headers?: Record<string, string>;
  /** Called with each record; what it returns true for is the last. */
  readonly until: (record: SeenRecord) => boolean;
}

/** A GET whose answer is not read yet. */
export async function open(url: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const [response] = (await once(get(url, { headers, agent: false }), 'response')) as [IncomingMessage];
  return response.setEncoding('utf8');
}

/** Reads NDJSON until the reader has enough or the connection ends; then hangs up. */
export async function readNdjson(url: string, { headers, until }: Reading): Promise<SeenRecord[]> {
  const response = await open(url, headers);
  const records: SeenRecord[] = [];
  let rest = '';
  try {
    for await (const text of response as AsyncIterable<string>) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const record = JSON.parse(line) as SeenRecord;
        records.push(record);
        if (until(record)) return records;
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
  } finally {
    response.destroy();
  }
  return records;
}

/** One server-sent event, or a comment. */
interface SeenEvent {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
  readonly retry?: string;
  readonly comment?: string;
}

/** Parses a text of server-sent events as the HTML standard says; the last one may be unfinished. */
export function parseEvents(text: string): SeenEvent[] {
  const blocks = text.split('\n\n');
  blocks.pop();
  return blocks.map((block) => {
    const event: Record<string, string> = {};
    for (const line of block.split(/\r\n|\r|\n/)) {
      const [, field = '', value = ''] = /^([^:]*): ?(.*)$/s.exec(line) ?? [];
      const name = field === '' ? 'comment' : field;
      event[name] = event[name] === undefined ? value : `${event[name]}\n${value}`;
    }
    return event;
  });
}

/** A whole answer. */
export async function answer(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  const response = await open(url, headers);
  let text = '';
  for await (const part of response as AsyncIterable<string>) text += part;
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}
