/** The end of `npm run demo -- --detector`: a model is trained on the campaign, and shown attacks while it watches. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseEpisodes } from '../../../dataset/episodes/episodes.ts';
import { detectorMetrics } from '../../../exporter/catalogue/programs/detector.ts';
import { waitForChild } from '../../programs/child.ts';
import type { Row } from '../dataset.ts';
import { countBy } from '../moves.ts';
import { runProgram } from '../program.ts';
import { SHOWN, type Shown, shownPlan } from './plan.ts';
import { falseAlarms, outcomeLine, outcomeOf, type Reading, readingOf } from './readings.ts';
import { type Served, startDetector, startStream } from './services.ts';

export interface Stage {
  readonly dataset: string;
  readonly rows: readonly Row[];
  /** The configuration that the dataset was built by. */
  readonly config: string;
  /** Of the first of its rows. */
  readonly startMs: number;
  /** Holds the models, and stays. */
  readonly models: string;
  readonly temporary: string;
  /** Of `kubevigil-scenarios run`, for all campaigns of the demo. */
  readonly campaignFlags: readonly string[];
  readonly say: (line: string) => void;
  readonly write: (text: string) => void;
  readonly undo: (() => void | Promise<void>)[];
  readonly signal: AbortSignal;
}

const POLL_MS = 500;
/** How long an alarm may be on after what made it, before the next is shown all the same. */
const CALM_MS = 30_000;

async function pageOf({ url }: Served, signal: AbortSignal): Promise<string> {
  return (await fetch(`${url}/metrics`, { signal })).text();
}

/** Reads the detector's metrics for as long as something goes on, and shows each second's score. */
async function readDuring(
  detector: Served,
  { write, signal }: Stage,
  going: Promise<void>,
): Promise<Reading[]> {
  const readings: Reading[] = [];
  const state = { isOver: false };
  const ended = going.finally(() => {
    state.isOver = true;
  });
  // Told by whoever waits for it below; until then it is nobody's rejection.
  ended.catch(() => {});
  while (!state.isOver) {
    detector.assertRunning();
    const reading = readingOf(await pageOf(detector, signal), Date.now());
    readings.push(reading);
    if (readings.length % (1000 / POLL_MS) === 0)
      write(` ${reading.score?.toFixed(1) ?? '–'}${reading.alarm === undefined ? '' : '!'}`);
    await sleep(POLL_MS, undefined, { signal });
  }
  await ended;
  return readings;
}

/** Waits for an alarm of before to end. */
async function untilCalm(detector: Served, { signal }: Stage): Promise<void> {
  for (const endMs = Date.now() + CALM_MS; Date.now() < endMs; await sleep(POLL_MS, undefined, { signal })) {
    detector.assertRunning();
    if (readingOf(await pageOf(detector, signal), Date.now()).alarm === undefined) return;
  }
}

async function show(
  shown: Shown,
  i: number,
  detector: Served,
  stage: Stage,
): Promise<{ line: string; wrong: number }> {
  const { temporary, campaignFlags, signal, write } = stage;
  const plan = join(temporary, `live-${i}.json`);
  writeFileSync(plan, JSON.stringify(shownPlan(shown)));
  const episodes = join(temporary, `live-${i}.csv`);
  write(`  ${shown.scenario} (${shown.form}):\n   `);
  await untilCalm(detector, stage);
  const args = ['run', plan, '--episodes', episodes, ...campaignFlags];
  const going = runProgram('scenarios', args, signal, join(temporary, `live-${i}.log`));
  const readings = await readDuring(detector, stage, going);
  write('\n');
  const [own] = parseEpisodes(readFileSync(episodes, 'utf8'), episodes);
  if (own === undefined) throw new Error(`${shown.scenario} left no episode`);
  const line = outcomeLine(shown, outcomeOf(readings, own.startMs, own.endMs));
  return { line, wrong: falseAlarms(readings, own.startMs, own.endMs) };
}

/** The value of a metric without labels. */
function figureOf(page: string, name: string): number {
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1]);
}

/** What so little data can carry, in the detector's own figures. */
function howLittle(page: string, { rows }: Stage): string[] {
  const learned = rows.filter((row) => row['split'] === 'train');
  const hours = figureOf(page, detectorMetrics.calibrationHours.name);
  const carried = figureOf(page, detectorMetrics.expectedFalseAlarms.name);
  return [
    `Learned from ${learned.length} rows of a second (${countBy(learned, 'label')}), of one machine, and calibrated by ${Math.round(hours * 3600)} quiet ones.`,
    `That carries no less than ${carried.toFixed(0)} rows a day above 1 where nothing happens; for one false alarm a day it takes 3.0 attack-free days, and several nodes.`,
    'So the model is not promoted: its alarms count in the shadow, and Prometheus is told of none. What is above is one try of each, and no evaluation.',
  ];
}

/** Trains on the dataset, and shows what the detector makes of attacks in a form that it has not seen. */
export async function showDetector(stage: Stage): Promise<void> {
  const { dataset, models, temporary, say, undo, signal, config, startMs } = stage;
  say('\nTraining a detector on it …');
  rmSync(models, { recursive: true, force: true });
  const quiet = ['--log.level', 'warn'];
  await runProgram('detector', ['train', dataset, '--output', models, '--seed', '1', ...quiet], signal);
  const stream = await startStream(temporary, config, new Date(startMs).toISOString());
  undo.push(() => stream.stop());
  const detector = await startDetector(
    temporary,
    models,
    `${stream.url}/stream`,
    join(temporary, 'verdicts.csv'),
  );
  undo.push(() => detector.stop());
  await waitForChild(detector, 'the first score', async (within) => {
    stream.assertRunning();
    return readingOf(await pageOf(detector, within), Date.now()).score === undefined ? undefined : true;
  });
  say(`  the console    ${detector.url}/\n  the stream     ${stream.url}/stream`);
  say(
    '\nAttacks in a form that it has not seen, while it watches; its score each second, ! while it alarms, above 1 is anomalous:',
  );
  const outcomes: { readonly line: string; readonly wrong: number }[] = [];
  for (const [i, shown] of SHOWN.entries()) outcomes.push(await show(shown, i, detector, stage));
  say('\nWhat came of it (✓ as it should be, ✗ not, ? not to be told):');
  for (const { line } of outcomes) say(line);
  const wrong = outcomes.reduce((sum, own) => sum + own.wrong, 0);
  say(`  alarms while nothing was on: ${wrong}\n`);
  for (const line of howLittle(await pageOf(detector, signal), stage)) say(line);
}
