import { recordOf } from '../../../../common/records.ts';
import { corrupt, RemoteReadError } from './errors.ts';
import { ProtobufReader, type Span, WIRE } from './protobuf-reader.ts';

/** One `prometheus.ChunkedSeries`, still in the frame's bytes: part of a series, or all of it. */
export interface ChunkedSeries {
  /** Each a `prometheus.Label`, in the order of their names. */
  readonly labels: readonly Span[];
  /** The data of each XOR chunk, in the order of their first samples; they may overlap. */
  readonly chunks: readonly Span[];
}

/** `Chunk.Encoding` in prompb/types.proto. */
const ENCODINGS = [
  'unknown',
  'XOR',
  'histogram',
  'float histogram',
  'XOR2',
  'histogram ST',
  'float histogram ST',
];
const XOR = 1;

const tag = (field: number, wireType: number): number => (field << 3) | wireType;

/**
 * Parses one `prometheus.ChunkedReadResponse`, the answer to a request of one query.
 *
 * A chunk's own time bounds are not read: its samples tell.
 *
 * @throws {RemoteReadError} `corrupt`, or `unsupported-encoding` when a chunk is not of floats in the XOR encoding
 */
export function parseChunkedReadResponse(bytes: Uint8Array, length: number): ChunkedSeries[] {
  const reader = new ProtobufReader(bytes, { start: 0, end: length });
  const series: ChunkedSeries[] = [];
  while (reader.more) {
    const field = reader.uvarint();
    if (field === tag(1, WIRE.LENGTH_DELIMITED))
      series.push(parseChunkedSeries(bytes, reader.lengthDelimited()));
    else if (field === tag(2, WIRE.VARINT)) {
      const queryIndex = reader.uvarint();
      if (queryIndex > 0) throw corrupt(`a message answers query ${queryIndex}, and only query 0 was asked`);
    } else reader.skip(field & 7);
  }
  return series;
}

function parseChunkedSeries(bytes: Uint8Array, span: Span): ChunkedSeries {
  const reader = new ProtobufReader(bytes, span);
  const labels: Span[] = [];
  const chunks: Span[] = [];
  while (reader.more) {
    const field = reader.uvarint();
    if (field === tag(1, WIRE.LENGTH_DELIMITED)) labels.push(reader.lengthDelimited());
    else if (field === tag(2, WIRE.LENGTH_DELIMITED))
      chunks.push(parseChunk(bytes, reader.lengthDelimited()));
    else reader.skip(field & 7);
  }
  return { labels, chunks };
}

function parseChunk(bytes: Uint8Array, span: Span): Span {
  const reader = new ProtobufReader(bytes, span);
  let encoding = 0;
  let data: Span = { start: 0, end: 0 };
  while (reader.more) {
    const field = reader.uvarint();
    if (field === tag(3, WIRE.VARINT)) encoding = reader.uvarint();
    else if (field === tag(4, WIRE.LENGTH_DELIMITED)) data = reader.lengthDelimited();
    else reader.skip(field & 7);
  }
  if (encoding === XOR) return data;
  const name = ENCODINGS[encoding] ?? encoding;
  throw new RemoteReadError('unsupported-encoding', `the server sent a chunk in the encoding ${name}`);
}

/**
 * Parses labels.
 *
 * @throws {RemoteReadError} `corrupt`
 */
export function parseLabels(bytes: Buffer, labels: readonly Span[]): Record<string, string> {
  return recordOf(labels.map((label) => parseLabel(bytes, label)));
}

function parseLabel(bytes: Buffer, span: Span): [name: string, value: string] {
  const reader = new ProtobufReader(bytes, span);
  let name = '';
  let value = '';
  while (reader.more) {
    const field = reader.uvarint();
    if (field === tag(1, WIRE.LENGTH_DELIMITED)) name = textOf(bytes, reader.lengthDelimited());
    else if (field === tag(2, WIRE.LENGTH_DELIMITED)) value = textOf(bytes, reader.lengthDelimited());
    else reader.skip(field & 7);
  }
  return [name, value];
}

function textOf(bytes: Buffer, { start, end }: Span): string {
  return bytes.toString('utf8', start, end);
}
