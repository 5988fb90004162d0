/**
 * `npm run demo`: from this machine to a labelled dataset, with the real programs and a real Prometheus, all on
 * loopback. Everything that it started is stopped, and everything but the dataset removed, however it ends.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Child } from '../programs/child.ts';
import { ROOT } from '../programs/paths.ts';
import { buildDataset } from './build.ts';
import { runCampaign } from './campaign.ts';
import { startExporter, startPrometheusFor, waitForFirstScrape } from './services.ts';
import { summarise } from './summary.ts';

const STEP_SECONDS = 2;

const say = (line: string) => process.stdout.write(`${line}\n`);

interface DemoFolders {
  /** Holds the dataset and its ground truth, and stays. */
  readonly output: string;
  readonly temporary: string;
}

async function demo(
  { output, temporary }: DemoFolders,
  started: Child[],
  signal: AbortSignal,
): Promise<void> {
  mkdirSync(output, { recursive: true });
  const episodes = join(output, 'episodes.csv');
  const dataset = join(output, 'dataset');
  // Of the demo before this one; whatever else is in the folder is not ours.
  rmSync(dataset, { recursive: true, force: true });
  const node = hostname();

  say('Starting the exporter and Prometheus on loopback …');
  const exporter = await startExporter(temporary);
  started.push(exporter);
  const prometheus = await startPrometheusFor(temporary, exporter, node);
  started.push(prometheus);
  await waitForFirstScrape(prometheus);
  say(`  exporter    http://${exporter.address}/metrics\n  Prometheus  ${prometheus.url}`);

  signal.throwIfAborted();
  const startMs = Date.now();
  say('Watching this machine, with two anomalies:');
  await runCampaign(episodes, node, output, signal);

  say('Building the dataset …');
  const range = { startMs, endMs: Date.now() };
  await buildDataset({ url: prometheus.url, range, stepSeconds: STEP_SECONDS, episodes, dataset }, signal);
  for (const line of await summarise(dataset, STEP_SECONDS)) say(line);

  const shown = relative(process.cwd(), dataset);
  say(`\nThe dataset is in ${shown}, its ground truth in ${relative(process.cwd(), episodes)}. Next:`);
  say(`  node dist/builder/main.js verify ${shown}`);
  say(`  node dist/builder/main.js report ${shown}    # draws ${join(shown, 'report.html')}`);
  say(`  python3 -c "import pandas; print(pandas.read_parquet('${shown}/data'))"`);
}

const { values } = parseArgs({
  options: { output: { type: 'string', default: join(ROOT, 'demo-output') } },
});
const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Not once: a second Ctrl-C must not end this before what it started has ended.
  process.on(name, () => abort.abort(new Error(`stopped by ${name}`)));
}
const started: Child[] = [];
const temporary = mkdtempSync(join(tmpdir(), 'kubevigil-demo-'));
try {
  await demo({ output: resolve(values.output), temporary }, started, abort.signal);
} catch (error) {
  const { reason } = abort.signal as { reason?: unknown };
  const cause = reason ?? error;
  process.stderr.write(`\ndemo: ${cause instanceof Error ? cause.message : String(cause)}\n`);
  process.exitCode = 1;
} finally {
  for (const child of started.reverse()) await child.stop();
  rmSync(temporary, { recursive: true, force: true });
}
