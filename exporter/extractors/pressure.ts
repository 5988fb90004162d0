import { sample } from '../catalogue/model/sample.ts';
import { PRESSURE_RESOURCES, pressureMetrics } from '../catalogue/pressure.ts';
import { parsePressure } from '../parsers/pressure.ts';
import type { Extractor } from '../scrape/extractor.ts';
import { extractEach } from '../scrape/extractor.ts';

const MICROSECONDS_PER_SECOND = 1e6;

/**
 * Pressure stall information: time lost waiting for CPU, memory or I/O.
 *
 * Source: /proc/pressure/{cpu,memory,io}, Linux 4.20 or newer; microseconds since boot, exposed as seconds.
 */
export const pressure: Extractor = {
  name: 'pressure',
  metrics: pressureMetrics,
  extract(host) {
    return extractEach(PRESSURE_RESOURCES, (resource) => {
      const path = `proc/pressure/${resource}`;
      const { some } = parsePressure(host.read(path), path);
      return [sample(pressureMetrics.waiting, some / MICROSECONDS_PER_SECOND, { resource })];
    });
  },
};
