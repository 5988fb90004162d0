/**
 * `npm run demo`: from this machine to a labelled dataset, with the real programs and a real Prometheus, all on
 * loopback. Everything that it started is stopped, and everything but the dataset removed, however it ends.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseEpisodes } from '../../dataset/episodes/episodes.ts';
import { SCENARIOS } from '../../scenarios/registry/registry.ts';
import { ROOT } from '../programs/paths.ts';
import { makeCanaryFolder } from './canary.ts';
import { lacksLines, readRows } from './dataset.ts';
import {
  findGrafana,
  GRAFANA_HINT,
  type GrafanaInstallation,
  startGrafana,
  untilInterrupted,
} from './grafana.ts';
import { countBy, movesOf, moveTable } from './moves.ts';
import { demoPlan, demoRules } from './plan.ts';
import { runProgram } from './program.ts';
import { startExporter, startPrometheusFor, waitForFirstScrape } from './services.ts';

const STEP_SECONDS = 2;
/** What the dataset's card has of its origin. */
const ABOUT = {
  name: 'kubevigil-demo',
  description:
    'What `npm run demo` of Kubevigil makes: a few minutes of one machine under harmless attacks, to look at and not to learn from.',
  license: 'Apache-2.0',
  creator: 'The Kubevigil authors',
};

const say = (line: string) => process.stdout.write(`${line}\n`);
const writeJson = (path: string, value: object) => {
  writeFileSync(path, JSON.stringify(value));
  return path;
};
/** A path as somebody would type it here. */
function typed(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
const iso = (ms: number) => new Date(ms).toISOString();

interface DemoFolders {
  /** Holds the dataset and its ground truth, and stays. */
  readonly output: string;
  readonly temporary: string;
}

/** Undoes what was done, the last first. */
type Undo = () => void | Promise<void>;

async function demo(
  { output, temporary }: DemoFolders,
  installed: GrafanaInstallation | undefined,
  undo: Undo[],
  signal: AbortSignal,
): Promise<void> {
  mkdirSync(output, { recursive: true });
  const episodes = join(output, 'episodes.csv');
  const dataset = join(output, 'dataset');
  // Of the demo before this one; whatever else is in the folder is not ours.
  rmSync(dataset, { recursive: true, force: true });
  rmSync(episodes, { force: true });
  const node = hostname();
  const isRoot = process.getuid?.() === 0;
  const victimLog = join(temporary, 'victim.log');
  writeFileSync(victimLog, '');
  if (isRoot) undo.push(makeCanaryFolder());

  say('Starting the exporter and Prometheus on loopback …');
  const exporter = await startExporter(
    temporary,
    writeJson(join(temporary, 'rules.yaml'), demoRules(victimLog)),
  );
  undo.push(() => exporter.stop());
  const prometheus = await startPrometheusFor(temporary, exporter, node);
  undo.push(() => prometheus.stop());
  await waitForFirstScrape(prometheus);
  say(`  exporter    http://${exporter.address}/metrics\n  Prometheus  ${prometheus.url}`);
  if (installed !== undefined) {
    const grafana = await startGrafana(installed, temporary, prometheus.url, '1s');
    undo.push(() => grafana.stop());
    say(`  Grafana     ${grafana.url}`);
  }

  say(
    `A campaign on this machine, as ${isRoot ? 'root' : 'an ordinary user (as root there is more to see)'}:`,
  );
  const startMs = Date.now();
  const plan = writeJson(join(temporary, 'plan.yaml'), demoPlan(STEP_SECONDS, isRoot));
  await runProgram(
    'scenarios',
    [
      ...['run', plan, '--prometheus', prometheus.url, '--node-name', node],
      ...['--episodes', episodes, '--scratch', output, '--victim.log', victimLog],
    ],
    signal,
  );
  const endMs = Date.now();

  say('Building the dataset …');
  const range = ['--start', iso(startMs), '--end', iso(endMs), '--step', `${STEP_SECONDS}s`];
  const kept = ['--split', 'episode', '--provenance', plan];
  const config = writeJson(join(temporary, 'dataset.yaml'), { about: ABOUT });
  const build = [
    ...['build', '--config', config],
    '--prometheus',
    prometheus.url,
    ...range,
    ...kept,
    '--labels',
    episodes,
    '--output',
    dataset,
  ];
  await runProgram('builder', build, signal);
  await runProgram('builder', ['report', dataset], signal);

  const rows = await readRows(dataset);
  const truth = parseEpisodes(readFileSync(episodes, 'utf8'), episodes);
  const scenarioOf = new Map(truth.map(({ episode, scenario }) => [episode, scenario]));
  const moves = movesOf(rows, SCENARIOS, scenarioOf, STEP_SECONDS);
  say(
    '\nWhat changed, and whether it should have; the number is (median in the episode − median of the normal time beside it) /',
  );
  say('max(1.4826 MAD of normal time, resolution of the column), from 5 on it counts:');
  for (const line of moveTable(moves)) say(line);
  say(`\n${rows.length} rows of ${Object.keys(rows[0] ?? {}).length} columns`);
  say(
    `  label  ${countBy(rows, 'label')}\n  phase  ${countBy(rows, 'phase')}\n  split  ${countBy(rows, 'split')}`,
  );

  for (const line of lacksLines(dataset)) say(line);

  const shown = typed(dataset);
  say(`\n  the dataset        ${shown}`);
  say(`  its ground truth   ${typed(episodes)}`);
  say(`  the report         ${join(shown, 'report.html')}    (for a browser)`);
  say('Next:');
  say(`  node dist/builder/main.js verify ${shown}`);
  say(`  python3 -c "import pandas; print(pandas.read_parquet('${shown}/data'))"`);
  say('  node dist/scenarios/main.js run --help     # campaigns of your own');
  if (installed === undefined) say(`  ${GRAFANA_HINT}`);
  else {
    say('\nGrafana stays open until Ctrl-C.');
    await untilInterrupted(signal);
  }
}

const { values } = parseArgs({
  options: {
    output: { type: 'string', default: join(ROOT, 'demo-output') },
    grafana: { type: 'boolean', default: false },
  },
});
const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Not once: a second Ctrl-C must not end this before what it started has ended.
  process.on(name, () => abort.abort(new Error(`stopped by ${name}`)));
}
// Whoever reads it may leave: `npm run demo | head`.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', () => abort.abort(new Error('nobody reads what it says')));
const undo: Undo[] = [];
const temporary = mkdtempSync(join(tmpdir(), 'kubevigil-demo-'));
try {
  const installed = values.grafana ? findGrafana() : undefined;
  await demo({ output: resolve(values.output), temporary }, installed, undo, abort.signal);
} catch (error) {
  const { reason } = abort.signal as { reason?: unknown };
  const cause = reason ?? error;
  process.stderr.write(`\ndemo: ${cause instanceof Error ? cause.message : String(cause)}\n`);
  process.exitCode = 1;
} finally {
  for (const step of undo.reverse()) await step();
  rmSync(temporary, { recursive: true, force: true });
}
