import { excerpt } from '../../../../common/excerpt.ts';
import { finishSamples } from '../../../samples/finish-samples.ts';
import { SampleBuffer } from '../../../samples/sample-buffer.ts';
import type { SampleTally } from '../../../samples/sample-tally.ts';
import type { RawSeries } from '../../../samples/series.ts';
import { corrupt } from './errors.ts';
import type { Frame } from './frames.ts';
import { type ChunkedSeries, parseChunkedReadResponse, parseLabels } from './message.ts';
import { chunkSampleCount, decodeXorChunk } from './xor-chunk.ts';

/** The samples to keep: those in (startMs, endMs]. */
interface Window {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Makes series of the frames of one answer. A server sends series one after the other, each in as many frames as it
 * takes; chunks may reach beyond the window that was asked for.
 */
export class SeriesAssembler {
  readonly #window: Window;
  readonly #tally: SampleTally | undefined;
  /** The label bytes of every series that has begun, to notice one that comes in two places. */
  readonly #begun = new Set<string>();
  #key: string | undefined;
  #labels: Record<string, string> = {};
  #samples = new SampleBuffer();

  constructor(window: Window, tally?: SampleTally) {
    this.#window = window;
    this.#tally = tally;
  }

  /**
   * Takes one frame and yields the series that are known to be complete by it.
   *
   * @throws {RemoteReadError} `corrupt` or `unsupported-encoding`
   */
  *add(frame: Frame): Generator<RawSeries, void, void> {
    for (const part of parseChunkedReadResponse(frame.bytes, frame.length)) {
      const key = part.labels.map(({ start, end }) => frame.bytes.toString('latin1', start, end)).join('');
      if (key !== this.#key) {
        yield* this.end();
        this.#begin(key, parseLabels(frame.bytes, part.labels));
      }
      this.#append(frame, part);
    }
  }

  /** Yields the last series; one without a sample or stale marker in the window is left out. */
  *end(): Generator<RawSeries, void, void> {
    if (this.#samples.length === 0) return;
    yield { labels: this.#labels, ...finishSamples(this.#samples) };
    this.#samples = new SampleBuffer();
  }

  #begin(key: string, labels: Record<string, string>): void {
    if (this.#begun.has(key)) throw corrupt(`series ${excerpt(JSON.stringify(labels))} came in two places`);
    this.#tally?.begin(key.length);
    this.#begun.add(key);
    this.#key = key;
    this.#labels = labels;
  }

  #append({ view }: Frame, { chunks }: ChunkedSeries): void {
    this.#samples.reserve(chunks.reduce((sum, chunk) => sum + chunkSampleCount(view, chunk), 0));
    for (const chunk of chunks) {
      const from = this.#samples.length;
      decodeXorChunk(view, chunk, this.#samples);
      this.#samples.cut(from, this.#window.startMs, this.#window.endMs);
      this.#tally?.has(this.#samples.length);
    }
  }
}
