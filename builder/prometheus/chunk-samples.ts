import { BuilderError } from '../../common/errors.ts';
import type { RawSeries } from '../samples/series.ts';
import { refusedCredentials, TooMuchAtOnce } from './api-answer.ts';
import { BrokenAnswer, type HttpClient } from './http.ts';
import type { Tally } from './tally.ts';
import { RemoteReadError } from './wire/remote-read/errors.ts';
import { remoteRead } from './wire/remote-read/remote-read.ts';
import type { RemoteReadQuery } from './wire/remote-read/request.ts';

const PATH = '/api/v1/read';
const TOO_MUCH = [413, 422];

/** The server cannot be read by remote read, or not all of it: there is another way. */
export class NoRemoteRead extends BuilderError {
  constructor(url: string, cause: RemoteReadError) {
    super('response', `${url}: ${cause.message}: set reading: query in the config`, { cause });
  }
}

function explained(error: unknown, url: string, isKnown: boolean): unknown {
  if (!(error instanceof RemoteReadError)) return error;
  const { code, message, status = 0 } = error;
  // A server that streamed chunks a moment ago has remote read, whatever something on the way answers now.
  if (code === 'corrupt' || (code === 'unavailable' && isKnown))
    return new BrokenAnswer(`${url}: ${message}`, { cause: error });
  if (code !== 'http') return new NoRemoteRead(url, error);
  if (status === 401 || status === 403) return refusedCredentials(url, status, { cause: error });
  const refusal = `${url}: ${message}`;
  return TOO_MUCH.includes(status)
    ? new TooMuchAtOnce(refusal, { cause: error })
    : new BuilderError('query', refusal, { cause: error });
}

type ReadChunks = (query: RemoteReadQuery, tally: () => Tally) => Promise<RawSeries[]>;

/**
 * Reads the series of a remote read, stale markers included; what does not come whole is read again.
 *
 * The reader throws `NoRemoteRead` when this server, or this metric, must be read in another way, and other
 * `BuilderError`s when the server refuses.
 */
export function chunkReader(client: HttpClient, url: string): ReadChunks {
  let isKnown = false;
  return (query, tally) =>
    client.exchange(async (send) => {
      const found: RawSeries[] = [];
      try {
        const series = remoteRead((body, headers) => send({ path: PATH, body, headers }), query, tally());
        for await (const one of series) found.push(one);
      } catch (error) {
        throw explained(error, url, isKnown);
      }
      isKnown = true;
      return found;
    });
}
