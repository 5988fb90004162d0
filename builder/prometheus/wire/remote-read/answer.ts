import { excerpt } from '../../../../common/excerpt.ts';
import type { AnswerBody } from '../answer-body.ts';
import { RemoteReadError } from './errors.ts';

/** What came back from the server, whatever its status; the body is not decoded. */
export interface RemoteReadAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: AnswerBody;
}

const STREAMED = /^application\/x-streamed-protobuf\s*;\s*proto=prometheus\.ChunkedReadResponse\s*(;|$)/i;

/** Statuses of servers that have no remote read, or none with streamed chunks: the query API will tell what else is wrong. */
const NO_REMOTE_READ = new Set([400, 404, 405, 406, 415, 501]);

const EXCERPT_BYTES = 1024;

/**
 * Looks at status and headers of an answer, and closes it unless it is a stream of chunks.
 *
 * @throws {RemoteReadError} `unavailable` or `http`
 */
export async function checkAnswer({ status, headers, body }: RemoteReadAnswer): Promise<void> {
  if (status === 200) {
    const objection = objectionTo(headers);
    if (objection === undefined) return;
    body.destroy();
    throw new RemoteReadError('unavailable', objection);
  }
  const excerpt = await readExcerpt(body);
  const said = excerpt === '' ? '' : `: ${excerpt}`;
  const code = NO_REMOTE_READ.has(status) || (status >= 201 && status < 400) ? 'unavailable' : 'http';
  throw new RemoteReadError(code, `the server answered ${status}${said}`, { status });
}

function objectionTo(headers: RemoteReadAnswer['headers']): string | undefined {
  const header = (name: string): string => String(headers[name] ?? '').trim();
  const type = header('content-type');
  if (!STREAMED.test(type))
    return `the server answered with ${excerpt(type) || 'no content type'}, not streamed chunks`;
  const encoding = header('content-encoding');
  if (encoding !== '' && encoding !== 'identity') return `the answer is compressed (${excerpt(encoding)})`;
  // Such an answer ends where the connection ends, so one that is cut between two frames would pass for whole.
  const delimited = header('transfer-encoding') !== '' || header('content-length') !== '';
  return delimited ? undefined : 'the answer does not tell its own end';
}

async function readExcerpt(body: AnswerBody): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of body) {
      parts.push(part);
      bytes += part.length;
      if (bytes >= EXCERPT_BYTES) break;
    }
  } catch (error) {
    return `(and broke off: ${excerpt(error instanceof Error ? error.message : String(error))})`;
  }
  return excerpt(Buffer.concat(parts).subarray(0, EXCERPT_BYTES).toString('utf8'));
}
