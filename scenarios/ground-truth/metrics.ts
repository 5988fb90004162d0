import { Gauge, Registry } from 'prom-client';
import type { EpisodeLine } from './episode.ts';

/** The cluster is one only where it is told. */
const LABELS = ['scenario', 'episode', 'node', 'namespace', 'pod', 'role', 'run', 'cluster'] as const;
const MS_PER_SECOND = 1000;

/** What the metrics are read off. */
export interface Truth {
  /** Episodes that are on. */
  readonly open: () => readonly EpisodeLine[];
  /** Episodes that ended, as long as they are told of. */
  readonly ended: () => readonly EpisodeLine[];
}

type Reading = readonly [EpisodeLine, number];

/**
 * The ground truth as Prometheus metrics, made anew for each scrape so that what is forgotten vanishes. Start and end have the
 * moments as values, exact to the millisecond however seldom they are scraped.
 */
export function truthMetrics({ open, ended }: Truth): Registry {
  const registry = new Registry();
  const gauge = (name: string, help: string, read: () => readonly Reading[]) =>
    new Gauge({
      name,
      help,
      labelNames: LABELS,
      registers: [registry],
      collect() {
        this.reset();
        for (const [{ scenario, episode, node, namespace, pod, role, run, cluster }, value] of read()) {
          const told = { scenario, episode, node, namespace, pod, role, run };
          this.set(cluster === undefined ? told : { ...told, cluster }, value);
        }
      },
    });
  gauge('kubevigil_scenario_active', 'Whether the episode is on.', () => [
    ...open().map((line) => [line, 1] as const),
    ...ended().map((line) => [line, 0] as const),
  ]);
  gauge('kubevigil_scenario_start_timestamp_seconds', 'When the episode began: before its cause did.', () =>
    [...open(), ...ended()].map((line) => [line, line.startMs / MS_PER_SECOND] as const),
  );
  gauge(
    'kubevigil_scenario_end_timestamp_seconds',
    'When the episode ended: after its effect stopped. Kept for 10 minutes.',
    () => ended().map((line) => [line, line.endMs / MS_PER_SECOND] as const),
  );
  return registry;
}
