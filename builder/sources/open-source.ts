import { messageOf } from '../../common/errors.ts';
import type { Logger } from '../../common/log.ts';
import { type Ms, wholeMs } from '../../common/ms.ts';
import type { BuildConfig } from '../config/schema.ts';
import { NoRemoteRead } from '../prometheus/chunk-samples.ts';
import type { Prometheus } from '../prometheus/client.ts';
import type { SampleSource } from '../samples/series.ts';
import { rangeSelectorSource } from './range-selectors.ts';
import { remoteReadSource } from './remote-read-source.ts';

type Reading = BuildConfig['reading'];

/**
 * The way in which a whole run reads, found out before it reads anything: by remote read, or where the server has
 * none by range selectors.
 *
 * @param atMs a time that the run will read
 * @throws {BuilderError} `response` when the configuration insists on a way that the server does not have
 */
export async function openSource(
  prometheus: Prometheus,
  reading: Reading,
  atMs: Ms,
  log: Logger,
): Promise<SampleSource> {
  if (reading === 'query') return rangeSelectorSource(prometheus);
  try {
    await prometheus.storedChunks({ metric: 'up', matchers: [] }, wholeMs(atMs - 1), atMs);
    return remoteReadSource(prometheus);
  } catch (error) {
    if (reading !== 'auto' || !(error instanceof NoRemoteRead)) throw error;
    log.debug('reading by range selectors', { reason: messageOf(error.cause) });
    return rangeSelectorSource(prometheus);
  }
}

/**
 * After a run that remote read could not carry to its end: the configuration with which to begin it again, so that no
 * dataset is read half in one way and half in the other.
 *
 * @throws the error, when another way would not help
 */
export function byQueryInstead<Config extends Pick<BuildConfig, 'reading'>>(
  error: unknown,
  config: Config,
  log: Logger,
): Config {
  if (!(error instanceof NoRemoteRead) || config.reading !== 'auto') throw error;
  log.warn('beginning again by range selectors', { reason: messageOf(error.cause) });
  return { ...config, reading: 'query' };
}
