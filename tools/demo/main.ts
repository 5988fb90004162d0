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
import { LEARNED, STEP_SECONDS as LEARNED_STEP_SECONDS } from './detector/plan.ts';
import { showDetector } from './detector/show.ts';
import {
  findGrafana,
  GRAFANA_HINT,
  type GrafanaInstallation,
  startGrafana,
  untilInterrupted,
} from './grafana.ts';
import { countBy, movesOf, moveTable } from './moves.ts';
import { demoPlan, demoRules } from './plan.ts';
import { plansAsRun } from './plans-as-run.ts';
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

/** What the demo ends with beside the dataset. */
interface Wishes {
  readonly grafana: GrafanaInstallation | undefined;
  readonly detector: boolean;
}

/** Runs campaigns one after the other; the file of episodes keeps those of all. */
async function runCampaigns(
  plans: readonly object[],
  temporary: string,
  flags: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const own of plans) {
    const plan = writeJson(join(temporary, 'plan.yaml'), own);
    await runProgram('scenarios', ['run', plan, ...flags], signal);
  }
}

async function demo(
  { output, temporary }: DemoFolders,
  wishes: Wishes,
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
  const { grafana: installed } = wishes;
  if (installed !== undefined) {
    const grafana = await startGrafana(installed, temporary, prometheus.url, '1s');
    undo.push(() => grafana.stop());
    say(`  Grafana     ${grafana.url}`);
  }

  say(
    `A campaign on this machine, as ${isRoot ? 'root' : 'an ordinary user (as root there is more to see)'}:`,
  );
  const startMs = Date.now();
  const stepSeconds = wishes.detector ? LEARNED_STEP_SECONDS : STEP_SECONDS;
  const { train, validation } = wishes.detector
    ? LEARNED
    : { train: [demoPlan(stepSeconds, isRoot)], validation: [] };
  const plans = [...train, ...validation];
  // Of the demo before this one.
  for (const plan of plansAsRun(output, plans)) rmSync(plan);
  const flags = [
    ...['--prometheus', prometheus.url, '--node-name', node],
    ...['--scratch', output, '--victim.log', victimLog],
  ];
  const all = [...flags, '--episodes', episodes];
  await runCampaigns(train, temporary, all, signal);
  const trainedMs = Date.now();
  await runCampaigns(validation, temporary, all, signal);
  const endMs = Date.now();

  say('Building the dataset …');
  const config = writeJson(join(temporary, 'dataset.yaml'), {
    about: ABOUT,
    prometheus: { url: prometheus.url },
    step: `${stepSeconds}s`,
    labels: [{ episodes }],
    split: wishes.detector ? { by: 'time', bounds: [iso(trainedMs), iso(endMs)] } : { by: 'episode' },
  });
  const range = ['--start', iso(startMs), '--end', iso(endMs)];
  const build = [
    'build',
    '--config',
    config,
    ...range,
    '--provenance',
    ...plansAsRun(output, plans),
    '--output',
    dataset,
  ];
  await runProgram('builder', build, signal);
  await runProgram('builder', ['report', dataset], signal);

  const rows = await readRows(dataset);
  const truth = parseEpisodes(readFileSync(episodes, 'utf8'), episodes);
  const scenarioOf = new Map(truth.map(({ episode, scenario }) => [episode, scenario]));
  const moves = movesOf(rows, SCENARIOS, scenarioOf, stepSeconds);
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

  const models = join(output, 'models');
  if (wishes.detector) {
    const write = (text: string) => process.stdout.write(text);
    await showDetector({
      ...{
        dataset,
        rows,
        config,
        startMs,
        models,
        temporary,
        campaignFlags: flags,
        say,
        write,
        undo,
        signal,
      },
    });
  }

  const shown = typed(dataset);
  say(`\n  the dataset        ${shown}`);
  say(`  its ground truth   ${typed(episodes)}`);
  say(`  the report         ${join(shown, 'report.html')}    (for a browser)`);
  if (wishes.detector) say(`  the model          ${typed(models)}`);
  say('Next:');
  say(`  node dist/builder/main.js verify ${shown}`);
  say(`  python3 -c "import pandas; print(pandas.read_parquet('${shown}/data', partitioning=None))"`);
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
    detector: { type: 'boolean', default: false },
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
  const wishes = { grafana: values.grafana ? findGrafana() : undefined, detector: values.detector };
  await demo({ output: resolve(values.output), temporary }, wishes, undo, abort.signal);
} catch (error) {
  const { reason } = abort.signal as { reason?: unknown };
  const cause = reason ?? error;
  process.stderr.write(`\ndemo: ${cause instanceof Error ? cause.message : String(cause)}\n`);
  process.exitCode = 1;
} finally {
  for (const step of undo.reverse()) await step();
  rmSync(temporary, { recursive: true, force: true });
}
