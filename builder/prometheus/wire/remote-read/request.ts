import { snappyCompress } from 'hyparquet-writer/src/snappy.js';
import type { Ms } from '../../../../common/ms.ts';
import type { Matcher } from '../../../samples/series.ts';
import { int64Field, lengthDelimitedField, stringField } from './protobuf-writer.ts';

/** Which samples to read: those of every matching series in (startMs, endMs], in whole Unix milliseconds. */
export interface RemoteReadQuery {
  /** Regular expressions are anchored by the server. */
  readonly matchers: readonly Matcher[];
  readonly startMs: Ms;
  readonly endMs: Ms;
}

/** The headers of a remote read; identity, because compressing the answer costs the server ten times its CPU. */
export const REQUEST_HEADERS = {
  'Content-Type': 'application/x-protobuf',
  'Content-Encoding': 'snappy',
  'X-Prometheus-Remote-Read-Version': '0.1.0',
  'Accept-Encoding': 'identity',
} as const;

/** `Matcher.Type` in prompb/types.proto. */
const MATCHER_TYPES = { '=': 0, '!=': 1, '=~': 2, '!~': 3 } as const;

/** `ReadRequest.ResponseType` in prompb/remote.proto, the wanted one first. */
const ACCEPTED_RESPONSE_TYPES = { STREAMED_XOR_CHUNKS: 1, SAMPLES: 0 } as const;

/**
 * The body of `POST /api/v1/read`: a `prometheus.ReadRequest` of one query.
 *
 * The protocol's window is closed at both ends, so it is asked from one millisecond after the start.
 *
 * @see https://github.com/prometheus/prometheus/blob/main/prompb/remote.proto
 */
export function encodeReadRequest({ matchers, startMs, endMs }: RemoteReadQuery): Buffer {
  const query = Buffer.concat([
    int64Field(1, startMs + 1),
    int64Field(2, endMs),
    ...matchers.map((matcher) => lengthDelimitedField(3, encodeMatcher(matcher))),
  ]);
  const accepted = Object.values(ACCEPTED_RESPONSE_TYPES).map((type) => int64Field(2, type));
  return Buffer.from(snappyCompress(Buffer.concat([lengthDelimitedField(1, query), ...accepted])));
}

function encodeMatcher({ operator, name, value }: Matcher): Buffer {
  return Buffer.concat([int64Field(1, MATCHER_TYPES[operator]), stringField(2, name), stringField(3, value)]);
}
