import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from './paths.ts';

interface PrometheusConfig {
  global: Record<string, string>;
  rule_files: string[];
  scrape_configs: Record<string, unknown>[];
}

/**
 * A configuration from prometheus/, changed only in where targets come from and how often they are scraped, so
 * that the relabelling that runs is the one that ships.
 *
 * @param file `prometheus.yml` or `kubernetes.yml`
 * @param targetsFile absolute path of a file_sd file
 * @param interval scrape and evaluation interval, a Prometheus duration
 */
export function shippedConfig(
  file: 'prometheus.yml' | 'kubernetes.yml',
  targetsFile: string,
  interval: string,
): PrometheusConfig {
  const folder = join(ROOT, 'prometheus');
  const config = parse(readFileSync(join(folder, file), 'utf8')) as PrometheusConfig;
  return {
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: config.rule_files.map((path) => join(folder, path)),
    scrape_configs: config.scrape_configs.map(({ kubernetes_sd_configs: _, ...scrape }) => ({
      ...scrape,
      file_sd_configs: [{ files: [targetsFile] }],
    })),
  };
}
