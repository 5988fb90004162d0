import type { Prometheus } from '../prometheus/client.ts';
import type { SampleSource } from '../samples/series.ts';
import { queryRange } from './query-range.ts';

/** Reads raw samples by remote read, each reading in one request. */
export function remoteReadSource(prometheus: Prometheus): SampleSource {
  return {
    way: 'remote-read',
    staleMarkers: true,
    evaluate: (query, steps) => queryRange(prometheus, query, steps),
    read: (selector, fromMs, toMs) => prometheus.storedChunks(selector, fromMs, toMs),
  };
}
