import { METRICS } from '../../../exporter/catalogue/index.ts';
import type { MetricSpec } from '../../../exporter/catalogue/model/define.ts';
import { randomFrom } from './random.ts';
import type { StoredSeries } from './tsdb.ts';

export const SCRAPE_MS = 15_000;
/** 23:00 UTC, so that two hours lie in two partitions. */
export const FLEET_START_MS = Date.UTC(2026, 2, 28, 23);
export const FLEET_END_MS = FLEET_START_MS + 2 * 3_600_000;
/** node-b is down (scraped in vain) in this time. */
export const DOWN_MS = [FLEET_START_MS + 1_800_000, FLEET_START_MS + 2_400_000] as const;
/** Prometheus itself is away in this time. */
export const AWAY_MS = [FLEET_START_MS + 4_500_000, FLEET_START_MS + 5_100_000] as const;
/** A disk of node-a appears here, having counted from zero. */
export const DISK_BORN_MS = FLEET_START_MS + 3_000_000;
/** node-a is rebooted here. */
export const RESET_MS = FLEET_START_MS + 6_000_000;

function within(ms: number, [from, to]: readonly [number, number]): boolean {
  return ms >= from && ms < to;
}

function labelSets({ labels }: MetricSpec): Record<string, string>[] {
  return Object.entries(labels).reduce<Record<string, string>[]>(
    (sets, [label, values]) => {
      const open = label === 'device' ? ['sda', 'sdb'] : ['/'];
      return sets.flatMap((set) =>
        (typeof values === 'string' ? open : values).map((value) => ({ ...set, [label]: value })),
      );
    },
    [{}],
  );
}

/** When each node was scraped (a little apart), and whether that succeeded. */
function scrapesOf(node: string): { ms: number; up: boolean }[] {
  const offset = node === 'node-a' ? 1_234 : 7_891;
  const count = (FLEET_END_MS - FLEET_START_MS) / SCRAPE_MS;
  return Array.from({ length: count }, (_, i) => FLEET_START_MS + i * SCRAPE_MS + offset)
    .filter((ms) => !within(ms, AWAY_MS))
    .map((ms) => ({ ms, up: !(node === 'node-b' && within(ms, DOWN_MS)) }));
}

function seriesOf(
  metric: MetricSpec,
  own: Record<string, string>,
  node: string,
  random: () => number,
): StoredSeries {
  const labels = { __name__: metric.name, ...own, node, job: 'kubevigil', instance: `${node}:24924` };
  const born = node === 'node-a' && metric.name === 'kubevigil_disk_bytes_total' && own['device'] === 'sdb';
  let value = born ? 0 : 1000 * random();
  let rebooted = false;
  const samples = scrapesOf(node)
    .filter(({ ms, up }) => up && !(born && ms < DISK_BORN_MS))
    .map(({ ms }) => {
      if (metric.type === 'gauge') return [ms, random()] as const;
      if (node === 'node-a' && ms >= RESET_MS && !rebooted) {
        rebooted = true;
        value = 0;
      }
      value += 100 * random();
      return [ms, value] as const;
    });
  return { labels, samples };
}

/**
 * Two nodes with every exposed metric over two hours across midnight, with an outage, a gap of Prometheus' own, a
 * reboot and a disk that is born; the same from the same seed.
 */
export function fleet(seed: number): StoredSeries[] {
  const random = randomFrom(seed);
  const metrics = METRICS.filter(({ columns }) => columns.length > 0);
  return ['node-a', 'node-b'].flatMap((node) => [
    {
      labels: { __name__: 'up', node, job: 'kubevigil', instance: `${node}:24924` },
      samples: scrapesOf(node).map(({ ms, up }) => [ms, up ? 1 : 0] as const),
    },
    ...metrics.flatMap((metric) => labelSets(metric).map((own) => seriesOf(metric, own, node, random))),
  ]);
}
