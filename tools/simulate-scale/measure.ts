/** Small fleets exported for real, beside what the model says of them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childrenCpuMs, cpuMs } from '../bench/usage.ts';
import { serve } from '../bench-builder/serve.ts';
import { DAY_MS, METRICS_READ, START_MS } from '../bench-builder/synthetic.ts';
import { ROOT } from '../programs/paths.ts';
import { cost, type Export, MEASURED, queryPlan } from './model.ts';

const MEBIBYTE = 2 ** 20;

function bytesBelow(folder: string, pattern: RegExp): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

interface Written {
  readonly rows: number;
  readonly columns: readonly { readonly nulls: number }[];
}

function readManifest(folder: string): Written {
  return JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Written;
}

/** Runs the builder; its CPU time and the most memory that it had. */
async function runBuilder(args: readonly string[]): Promise<{ cpuSeconds: number; peakBytes: number }> {
  const before = childrenCpuMs();
  const child = spawn(process.execPath, [join(ROOT, 'dist', 'builder', 'main.js'), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exit = once(child, 'exit');
  let peakBytes = 0;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peakBytes = Math.max(peakBytes, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024);
    } catch {
      // It has just ended.
    }
  }, 50);
  const [code] = await exit;
  clearInterval(timer);
  if (code !== 0) throw new Error(`the builder ended with ${code}`);
  return { cpuSeconds: (childrenCpuMs() - before) / 1000, peakBytes };
}

/** One row of a table: measured, and in parentheses what the model says. */
export async function measure(nodes: number): Promise<Record<string, string | number>> {
  const folder = mkdtempSync(join(tmpdir(), 'kubevigil-scale-'));
  try {
    const prometheus = await serve(folder, { nodes, days: 1 });
    try {
      const pid = prometheus.process.pid as number;
      const serverBefore = cpuMs(pid);
      const output = join(folder, 'dataset');
      const range = [START_MS, START_MS + DAY_MS].map((ms) => new Date(ms).toISOString());
      const { cpuSeconds, peakBytes } = await runBuilder([
        ...[
          'build',
          '--prometheus',
          prometheus.url,
          '--config',
          join(ROOT, 'tools/simulate-scale/build.yaml'),
        ],
        ...['--output', output, '--start', range[0] ?? '', '--end', range[1] ?? '', '--log.level', 'warn'],
      ]);
      const serverSeconds = (cpuMs(pid) - serverBefore) / 1000;
      const wanted: Export = {
        ...{
          nodes,
          days: 1,
          intervalSeconds: 15,
          stepSeconds: 15,
          shards: 1,
          parallel: 1,
          source: 'raw',
        },
      };
      // The synthetic fleet has one series of each metric.
      const plan = { ...queryPlan(NOTHING, wanted), samples: nodes * 5_760 * (METRICS_READ.length + 1) };
      const largest = { ...plan, largestReadingSamples: nodes * 5_760 };
      const said = cost(largest, wanted);
      const { rows, columns } = readManifest(output);
      const values = columns.reduce((sum, { nulls }) => sum + rows - nulls, 0);
      return {
        nodes,
        'CPU s': `${cpuSeconds.toFixed(1)} (${said.builderCpuSeconds.toFixed(1)})`,
        'server CPU s': `${serverSeconds.toFixed(2)} (${said.serverCpuSeconds.toFixed(2)})`,
        'peak MiB': `${(peakBytes / MEBIBYTE).toFixed(0)} (${(said.bytesPerShard / MEBIBYTE).toFixed(0)})`,
        'Parquet bytes/value': `${(bytesBelow(output, /\.parquet$/) / values).toFixed(2)} (${MEASURED.parquetBytesPerCell})`,
        'stored bytes/sample': `${(bytesBelow(join(folder, 'data'), /chunks\/\d+$/) / plan.samples).toFixed(2)} (${MEASURED.storedBytesPerSample})`,
      };
    } finally {
      await prometheus.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const NOTHING = {
  ...{ pods: 0, containers: 0, sandboxes: 0, named: false, disks: 1, uplinks: 1, mounts: 1, rules: {} },
};
