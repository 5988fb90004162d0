import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RunningPrometheus } from '../../../tools/programs/prometheus.ts';
import { program, startPrometheus } from '../../support/programs.ts';

const run = promisify(execFile);
const MS_PER_SECOND = 1000;

/** A series to be stored: its samples as [milliseconds, value]. */
export interface StoredSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [number, number])[];
}

/** The format knows three escapes; any other character stands for itself. */
function escaped(value: string): string {
  return value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
}

function openMetrics(series: readonly StoredSeries[]): string {
  const lines = series.flatMap(({ labels: { __name__: name, ...labels }, samples }) => {
    const inner = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
    return samples.map(([ms, value]) => `${name}{${inner.join(',')}} ${value} ${ms / MS_PER_SECOND}`);
  });
  return `${lines.join('\n')}\n# EOF\n`;
}

/** Writes a TSDB that holds exactly these samples to where a Prometheus with this folder has its data. */
export async function writeTsdb(folder: string, series: readonly StoredSeries[]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const text = join(folder, 'samples.txt');
  writeFileSync(text, openMetrics(series));
  const promtool = await program('promtool');
  await run(promtool, ['tsdb', 'create-blocks-from', 'openmetrics', text, join(folder, 'data')]);
}

/** Starts a real Prometheus on a TSDB that holds exactly these samples. */
export async function prometheusWith(
  folder: string,
  series: readonly StoredSeries[],
  flags: readonly string[] = [],
  config: object = {},
): Promise<RunningPrometheus> {
  await writeTsdb(folder, series);
  return startPrometheus(folder, config, ['--storage.tsdb.retention.time=100y', ...flags]);
}
