import type { SampleBuffer } from './sample-buffer.ts';
import type { RawSeries } from './series.ts';

/** Orders the samples of a series and takes the stale markers out; the buffer must not be used afterwards. */
export function finishSamples(samples: SampleBuffer): Omit<RawSeries, 'labels'> {
  if (!samples.isOrdered()) orderSamples(samples);
  const staleMs: number[] = [];
  let kept = 0;
  for (let i = 0; i < samples.length; i++) {
    if (samples.isStale(i)) staleMs.push(samples.times[i] as number);
    else {
      if (kept !== i) samples.move(i, kept);
      kept++;
    }
  }
  return {
    timestampsMs: samples.times.subarray(0, kept),
    values: samples.values.subarray(0, kept),
    staleMs: Float64Array.from(staleMs),
  };
}

/**
 * Sorts the samples of chunks that overlap. Of two samples at one time the one that was sent first stays; Prometheus
 * itself keeps "one sample from random overlapped ones" (storage.ChainedSeriesMerge) and expects them to be the same.
 */
function orderSamples(samples: SampleBuffer): void {
  const times = samples.times.slice(0, samples.length);
  const words = samples.words.slice(0, 2 * samples.length);
  const order = Uint32Array.from(times, (_, i) => i);
  order.sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
  let length = 0;
  for (const i of order) {
    const time = times[i] as number;
    if (length > 0 && samples.times[length - 1] === time) continue;
    samples.times[length] = time;
    samples.words.set(words.subarray(2 * i, 2 * i + 2), 2 * length);
    length++;
  }
  samples.length = length;
}
