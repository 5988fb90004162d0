import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { program } from '../programs/find.ts';
import { type RunningPrometheus, startPrometheus } from '../programs/prometheus.ts';
import { eachDay, type Size } from './synthetic.ts';

const run = promisify(execFile);

/** Makes a TSDB of synthetic data and starts Prometheus on it. */
export async function serve(folder: string, size: Size): Promise<RunningPrometheus> {
  const text = join(folder, 'metrics.txt');
  const promtool = await program('promtool');
  await eachDay(text, size, async () => {
    await run(promtool, ['tsdb', 'create-blocks-from', 'openmetrics', text, join(folder, 'data')]);
  });
  rmSync(text);
  return startPrometheus(folder, {}, ['--storage.tsdb.retention.time=100y']);
}
