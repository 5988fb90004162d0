import type { SourceError } from '../../exporter/base/errors.ts';
import type { Cgroup } from '../../exporter/cgroups/table.ts';
import { ProcessEvents } from '../../exporter/events/process-events.ts';
import { NO_NAMES } from '../../exporter/owners/names.ts';
import type { Extractor } from '../../exporter/scrape/extractor.ts';
import type { Services } from '../../exporter/scrape/services.ts';
import { extractOnce, seriesLines } from './extract.ts';
import { fixtureHost, fixturePaths } from './fixture-host.ts';
import { MemorySource } from './memory-source.ts';
import { services } from './services.ts';

/** A container that nobody knows by name. */
export const CONTAINER: Cgroup = {
  id: 7,
  path: `/kubepods/pod8a3d9f4e-3c59-4be9-9f1a-2f6a1f3d7c11/${'c3'.repeat(32)}`,
};
export const SERVICE: Cgroup = { id: 1, path: '/system.slice/cron.service' };

/** When and by whom: no rule looks at these. */
export const AT = { timeNs: 1, pid: 2 };

/** An extractor of events that are put into `source`, on the recorded host. */
export async function openOnEvents<S>(
  extractor: Extractor<S>,
  polledBecause?: SourceError,
  own: Partial<Services> = {},
) {
  const source = new MemorySource();
  if (polledBecause !== undefined) source.unseen = new Set(['connect', 'oom']);
  source.polledBecause = polledBecause;
  const events = new ProcessEvents(source.open, NO_NAMES);
  const state = (await extractor.open?.(
    await services({ events: () => events, paths: fixturePaths(), ...own }),
  )) as S;
  const scrape = async () => {
    const { samples, errors } = await extractOnce(extractor, fixtureHost(), state);
    const lines = seriesLines(samples);
    return { lines, errors, moved: lines.filter((line) => !line.endsWith(' 0')) };
  };
  return { source, scrape, close: () => events.close() };
}
