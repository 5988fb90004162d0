import {
  int64Field,
  lengthDelimitedField,
  stringField,
  uvarint,
} from '../../../../../../builder/prometheus/wire/remote-read/protobuf-writer.ts';
import { crc32c } from './crc32c.ts';

/** Of `Chunk.Encoding` in prompb/types.proto. */
const XOR = 1;

export interface WireChunk {
  readonly data: Uint8Array;
  readonly type?: number;
}

/** A `prometheus.ChunkedReadResponse` with one series, as a server sends it. */
export function chunkedReadResponse(
  labels: Readonly<Record<string, string>>,
  chunks: readonly WireChunk[],
  queryIndex = 0,
): Buffer {
  const series = Buffer.concat([
    ...Object.entries(labels).map(([name, value]) =>
      lengthDelimitedField(1, Buffer.concat([stringField(1, name), stringField(2, value)])),
    ),
    ...chunks.map(({ data, type = XOR }) =>
      lengthDelimitedField(
        2,
        Buffer.concat([
          int64Field(1, -1),
          int64Field(2, 1),
          int64Field(3, type),
          lengthDelimitedField(4, data),
        ]),
      ),
    ),
  ]);
  const index = queryIndex === 0 ? [] : [int64Field(2, queryIndex)];
  return Buffer.concat([lengthDelimitedField(1, series), ...index]);
}

/** A message with its length and its checksum before it. */
export function frame(message: Uint8Array): Buffer {
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32c(message));
  return Buffer.concat([uvarint(message.length), crc, message]);
}
