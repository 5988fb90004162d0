import { excerpt } from '../../../../common/excerpt.ts';
import type { SampleTally } from '../../../samples/sample-tally.ts';
import type { RawSeries } from '../../../samples/series.ts';
import type { AnswerBody } from '../answer-body.ts';
import { checkAnswer, type RemoteReadAnswer } from './answer.ts';
import { corrupt } from './errors.ts';
import { FrameReader } from './frames.ts';
import { encodeReadRequest, REQUEST_HEADERS, type RemoteReadQuery } from './request.ts';
import { SeriesAssembler } from './series-assembler.ts';

/**
 * Sends `POST /api/v1/read` with this body and these headers, beside those of authentication and tenancy. What it throws,
 * remoteRead throws.
 */
export type RemoteReadPost = (
  body: Buffer,
  headers: Readonly<Record<string, string>>,
) => Promise<RemoteReadAnswer>;

/**
 * Reads the raw samples of every series that matches, by Prometheus' remote read with streamed XOR chunks: no lookback,
 * stale markers kept, a tenth of the CPU that the query API costs the server.
 *
 * The server adds its external labels to the series that do not have them. A matcher `label="value"` that names one of
 * its own external labels matches every series; other operators, and other values, match none.
 *
 * Each series comes once, in the order of the server, as soon as it is complete. Series that came before an error are part
 * of an answer that is not whole: the caller must drop them. A series with stale markers alone comes without samples.
 *
 * @param tally told of each series and its samples while they come; what it throws ends the reading
 * @throws {RemoteReadError} as its codes tell
 * @see https://prometheus.io/docs/prometheus/latest/querying/remote_read_api/
 */
export async function* remoteRead(
  post: RemoteReadPost,
  query: RemoteReadQuery,
  tally?: SampleTally,
): AsyncGenerator<RawSeries, void, void> {
  const answer = await post(encodeReadRequest(query), REQUEST_HEADERS);
  await checkAnswer(answer);
  const frames = new FrameReader();
  const series = new SeriesAssembler(query, tally);
  for await (const piece of pieces(answer.body)) {
    for (const frame of frames.push(piece)) yield* series.add(frame);
  }
  frames.end();
  yield* series.end();
}

async function* pieces(body: AnswerBody): AsyncGenerator<Buffer, void, void> {
  try {
    yield* body;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw corrupt(`the answer broke off: ${excerpt(reason)}`, { cause: error });
  }
}
