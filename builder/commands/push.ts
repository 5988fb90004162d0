/** What a run made, told to a Pushgateway: a job that has ended cannot be scraped. */

import { basename } from 'node:path';
import axios from 'axios';
import { Gauge, Registry } from 'prom-client';
import { messageOf } from '../../common/errors.ts';
import type { Logger } from '../../common/log.ts';
import { MS_PER_SECOND } from '../../common/ms.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import { shardName } from '../../dataset/model/shard.ts';
import type { ProgramMetric } from '../../exporter/catalogue/model/program-metric.ts';
import { datasetMetrics } from '../../exporter/catalogue/programs/dataset.ts';
import type { BuildConfig } from '../config/schema.ts';
import { isOnThisMachine, shownUrl } from '../prometheus/http.ts';

const JOB = 'kubevigil-builder';
const TIMEOUT_MS = 10_000;

function registryOf({ rows, gaps, watermark }: Manifest, durationMs: number): Registry {
  const registry = new Registry();
  const gauge = ({ name, help }: ProgramMetric, value: number) =>
    new Gauge({ name, help, registers: [registry] }).set(value);
  gauge(datasetMetrics.rows, rows);
  gauge(datasetMetrics.gaps, gaps.length);
  gauge(datasetMetrics.buildDuration, durationMs / MS_PER_SECOND);
  gauge(datasetMetrics.watermark, Date.parse(watermark) / MS_PER_SECOND);
  return registry;
}

/** The group that a dataset's metrics make up: each push replaces what the one before said of it, and of no other. */
function groupOf({ about, output }: BuildConfig, { shard }: Manifest): string {
  const labels = {
    job: JOB,
    dataset: about?.name ?? basename(output),
    ...(shard !== undefined && { shard: shardName(shard) }),
  };
  return Object.entries(labels)
    .map(([name, value]) => `/${name}/${encodeURIComponent(value)}`)
    .join('');
}

/** Pushes a run's figures, if the configuration says where to. A dataset that is there is worth more than its figures: a failure is a warning. */
export async function push(
  config: BuildConfig,
  manifest: Manifest,
  durationMs: number,
  log: Logger,
): Promise<void> {
  const gateway = config.metrics?.pushgateway;
  if (gateway === undefined) return;
  const registry = registryOf(manifest, durationMs);
  const url = `${gateway.replace(/\/$/, '')}/metrics${groupOf(config, manifest)}`;
  try {
    await axios.put(url, await registry.metrics(), {
      headers: { 'Content-Type': registry.contentType },
      timeout: TIMEOUT_MS,
      ...(isOnThisMachine(gateway) && { proxy: false as const }),
    });
  } catch (error) {
    log.warn('the metrics could not be pushed', { url: shownUrl(url), error: messageOf(error) });
  }
}
