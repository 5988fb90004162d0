import { Gauge, Registry } from 'prom-client';
import { MS_PER_SECOND } from '../../common/ms.ts';
import { EPISODE_METRICS } from '../../dataset/episodes/contract.ts';
import type { ScenarioLine } from './episode.ts';

/** What the metrics are read off. */
export interface Truth {
  /** Episodes that are on. */
  readonly open: () => readonly ScenarioLine[];
  /** Episodes that ended, as long as they are told of. */
  readonly ended: () => readonly ScenarioLine[];
}

type Reading = readonly [ScenarioLine, number];

/**
 * The ground truth as Prometheus metrics, made anew for each scrape so that what is forgotten vanishes. Start and end have the
 * moments as values, exact to the millisecond however seldom they are scraped.
 */
export function truthMetrics({ open, ended }: Truth): Registry {
  const registry = new Registry();
  const gauge = (
    { name, help, labels }: (typeof EPISODE_METRICS)['start' | 'end' | 'active'],
    read: () => readonly Reading[],
  ) =>
    new Gauge({
      name,
      help,
      labelNames: labels,
      registers: [registry],
      collect() {
        this.reset();
        for (const [{ scenario, episode, node, namespace, pod, role, run, ...line }, value] of read()) {
          const { cluster, involvement, chain, stage } = line;
          const told = { scenario, episode, node, namespace, pod, role, run };
          const where = cluster !== undefined && { cluster };
          const part = chain !== undefined && stage !== undefined && { chain, stage };
          this.set({ ...told, ...where, ...part, ...(involvement !== undefined && { involvement }) }, value);
        }
      },
    });
  gauge(EPISODE_METRICS.active, () => [
    ...open().map((line) => [line, 1] as const),
    ...ended().map((line) => [line, 0] as const),
  ]);
  gauge(EPISODE_METRICS.start, () =>
    [...open(), ...ended()].map((line) => [line, line.startMs / MS_PER_SECOND] as const),
  );
  gauge(EPISODE_METRICS.end, () => ended().map((line) => [line, line.endMs / MS_PER_SECOND] as const));
  return registry;
}
