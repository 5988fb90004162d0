import { RemoteReadError } from '../../../../../../builder/prometheus/wire/remote-read/errors.ts';
import { FrameReader } from '../../../../../../builder/prometheus/wire/remote-read/frames.ts';
import { SeriesAssembler } from '../../../../../../builder/prometheus/wire/remote-read/series-assembler.ts';
import type { RawSeries } from '../../../../../../builder/samples/series.ts';

const ALL_TIME = { startMs: Number.NEGATIVE_INFINITY, endMs: Number.POSITIVE_INFINITY };

/** Decodes the body of an answer that came in these pieces. */
export function decode(pieces: Iterable<Uint8Array>, window = ALL_TIME): RawSeries[] {
  const frames = new FrameReader();
  const assembler = new SeriesAssembler(window);
  const series: RawSeries[] = [];
  for (const piece of pieces) {
    for (const frame of frames.push(piece)) series.push(...assembler.add(frame));
  }
  frames.end();
  return [...series, ...assembler.end()];
}

/** The series, or the error when it is the only kind that may come. */
export function decodeOrRefuse(pieces: Iterable<Uint8Array>): RawSeries[] | RemoteReadError {
  try {
    return decode(pieces);
  } catch (error) {
    if (error instanceof RemoteReadError) return error;
    throw error;
  }
}
