import type { Prometheus } from '../prometheus.ts';
import type { SampleSource } from '../series.ts';

/** Reads raw samples by remote read, each reading in one request. */
export function remoteReadSource(prometheus: Prometheus): SampleSource {
  return {
    staleMarkers: true,
    read: (selector, fromMs, toMs) => prometheus.storedChunks(selector, fromMs, toMs),
  };
}
