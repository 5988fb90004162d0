/**
 * `npm run test:lies -- --minutes 60 --nodes 1000`: the detector beside a stream that lies, in turn by another schema, repeats, jumps in time, numbers that are none,
 * names of a million characters, keys of prototypes, lines without end, connections that are cut in the middle of a line, and rows that come too late or not at all. The same honest rows are scored in
 * this process by a fleet that nobody lies to: at the end every node must have the same score, and both as many alarms. Each lie must be counted under its
 * reason, the program must live, and its memory must not grow. Ends with 1 when one of these is not so.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { randomFrom } from '../../common/random.ts';
import { median } from '../../common/statistics.ts';
import { openDetector } from '../../detector/candidate/detector.ts';
import { makeModelsFolder, writeCandidate } from '../../detector/candidate/write.ts';
import { REFUSALS } from '../../detector/stream/records.ts';
import { train } from '../../detector/training/train.ts';
import { FleetWatch } from '../../detector/watch/fleet-watch.ts';
import { residentMebibytes } from '../bench/usage.ts';
import { benchDataset, COLUMN_NAMES, rowValues, STEP_MS } from '../bench-detector/fleet.ts';
import { startChild, waitForChild } from '../programs/child.ts';
import { Feed } from '../programs/feed.ts';
import { freePort } from '../programs/ports.ts';
import { type HonestRow, LIES, lineOf } from './lies.ts';

/** Ordinary names, if somebody likes them. */
const ODD_NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'a"b\\c', 'ünïcode'];
const DIFFERENT_ROWS = 500;
/** Steps until pasts are full and the program's memory is what it will be. */
const WARM_UP = 60;
/** A pause, during which nothing comes, and a cut, each so many steps. */
const PAUSE_EVERY = 40;
const PAUSE_MS = 3_000;
const CUT_EVERY = 25;
/** Memory at the end against that at the beginning. */
const MOST_GROWTH = 1.15;

const say = (text: string) => process.stdout.write(`${text}\n`);

const { values: flags } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    nodes: { type: 'string', default: '1000' },
    'step-ms': { type: 'string', default: '500' },
  },
});
const [minutes, nodes, paceMs] = [flags.minutes, flags.nodes, flags['step-ms']].map(Number) as [
  number,
  number,
  number,
];
if (![minutes, nodes, paceMs].every((value) => value > 0)) {
  process.stderr.write('test:lies: --minutes, --nodes and --step-ms take a number above 0\n');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'kubevigil-lies-'));
const feed = await Feed.open();
const problems: string[] = [];
const trained = await train([benchDataset(4, 800)], 1, () => {});
const models = join(folder, 'models');
makeModelsFolder(models);
const model = writeCandidate(models, trained.name, trained.contents);
const detector = await openDetector(model);
const control = new FleetWatch(detector);
const places = detector.candidate.plan.columns.map((column) => COLUMN_NAMES.indexOf(column));
const port = await freePort();
const main = join(import.meta.dirname, '../../detector/main.js');
const args = ['--model', model, '--stream', feed.url, '--web.listen-address', `127.0.0.1:${port}`];
const program = startChild(
  process.execPath,
  [main, 'serve', ...args, '--verdicts', join(folder, 'verdicts.csv')],
  join(folder, 'serve.log'),
);
const pid = program.process.pid as number;
const page = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
/** A figure of the page; 0 while it is not there. */
const figure = (text: string, name: string) =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1) ?? 0,
  );

const names = [...ODD_NAMES, ...Array.from({ length: nodes }, (_, i) => `node-${i}`)];
const random = randomFrom(9);
const pool = Array.from({ length: DIFFERENT_ROWS }, () => rowValues(undefined, random));
const told: Record<string, number> = Object.fromEntries(REFUSALS.map((reason) => [reason, 0]));
const tell = (reason: string | undefined, lines: number) => {
  if (reason !== undefined) told[reason] = (told[reason] ?? 0) + lines;
};
const isRead = () => waitForChild(program, 'the stream is read', () => feed.readers > 0);

/** The honest rows of a step. */
function rowsOf(step: number, timeMs: number): HonestRow[] {
  return names.map((node, i) => {
    const values = pool[(i * 7 + step * 13) % DIFFERENT_ROWS] as Float64Array;
    const cells = COLUMN_NAMES.map((name, c): [string, number | null] => {
      const value = values[c] as number;
      return [name, Number.isNaN(value) ? null : value];
    });
    return { node, timeMs, cells: Object.fromEntries(cells) };
  });
}

async function scoreControl(rows: readonly HonestRow[]): Promise<void> {
  for (const { node, timeMs, cells } of rows) {
    const values = Float64Array.from(places, (place) => cells[COLUMN_NAMES[place] as string] ?? Number.NaN);
    control.take({ entity: { cluster: 'lies', node }, timeMs, values }, timeMs);
  }
  await control.score();
}

/** One step: lies before the truth, and some of the last step's rows once more. */
async function tellStep(step: number, rows: readonly HonestRow[], last: readonly HonestRow[]): Promise<void> {
  const lie = LIES[step % LIES.length] as (typeof LIES)[number];
  const about = rows[(step * 31) % rows.length] as HonestRow;
  const lines = lie.lines(about);
  if (lie.reason !== 'repeated' || last.length > 0) {
    tell(lie.reason, lines.length);
    await feed.send(`${lines.join('\n')}\n`);
  }
  const late = last.filter((_, i) => (i + step) % 97 === 0);
  tell('repeated', late.length);
  await feed.send(`${[...late, ...rows].map((row) => lineOf(row)).join('\n')}\n`);
  const again = rows.filter((_, i) => (i + step) % 89 === 0);
  tell('repeated', again.length);
  const timestamp = new Date(rows[0]?.timeMs ?? 0).toISOString();
  await feed.send(
    `${again.map((row) => `${lineOf(row)}\n`).join('')}{"type":"step","id":"${step}","timestamp":"${timestamp}"}\n`,
  );
}

try {
  await isRead();
  const endMs = performance.now() + minutes * 60_000;
  const steps = Math.ceil((minutes * 60_000) / paceMs);
  const startMs = Math.floor(Date.now() / STEP_MS) * STEP_MS - steps * STEP_MS;
  const memory: number[] = [];
  let last: HonestRow[] = [];
  let step = 0;
  let cuts = 0;
  for (; step < steps && performance.now() < endMs; step++) {
    const began = performance.now();
    const rows = rowsOf(step, startMs + step * STEP_MS);
    await tellStep(step, rows, last);
    await scoreControl(rows);
    last = rows;
    const accepted = (step + 1) * names.length;
    await waitForChild(program, 'the step is taken', async () => {
      const text = await page();
      return figure(text, 'kubevigil_detector_rows_total') >= accepted;
    });
    if (step >= WARM_UP) memory.push(residentMebibytes(pid));
    if (step % CUT_EVERY === CUT_EVERY - 1) {
      await feed.send(lineOf(rows[0] as HonestRow).slice(0, 100));
      feed.cut();
      cuts++;
      await isRead();
    }
    if (step % PAUSE_EVERY === PAUSE_EVERY - 1) await sleep(PAUSE_MS);
    await sleep(Math.max(0, paceMs - (performance.now() - began)));
  }
  const scoreOf = (text: string, node: string) =>
    figure(
      text,
      `kubevigil_detector_anomaly_score{cluster="lies",node="${node.replace(/[\\"]/g, '\\$&')}",namespace="",pod=""}`,
    );
  const raised = (text: string) => figure(text, 'kubevigil_detector_shadow_alarms_total');
  await waitForChild(program, 'the last step is scored', async () => raised(await page()) >= control.raised);
  const text = await page();
  const wrong = control.nodes.filter(
    ({ entity, scored }) => scoreOf(text, entity.node) !== (scored?.score ?? 0),
  );
  if (wrong.length > 0)
    problems.push(
      `${wrong.length} nodes have another score than without lies, such as ${wrong[0]?.entity.node}`,
    );
  if (raised(text) !== control.raised)
    problems.push(`${raised(text)} alarms, ${control.raised} without lies`);
  for (const [reason, wanted] of Object.entries(told)) {
    const found = figure(text, `kubevigil_detector_rows_refused_total{reason="${reason}"}`);
    if (found !== wanted) problems.push(`${found} lines refused by ${reason}, ${wanted} were told`);
  }
  const third = Math.floor(memory.length / 3);
  const [before, after] = [median(memory.slice(0, third)), median(memory.slice(-third))];
  if (third > 0 && after > MOST_GROWTH * before)
    problems.push(`${after.toFixed(0)} MiB at the end, ${before.toFixed(0)} at the beginning`);
  say(
    `${step} steps of ${names.length} nodes, ${cuts} cuts; ${control.raised} alarms with and without lies; ${before.toFixed(0)} MiB, then ${after.toFixed(0)}`,
  );
  say(
    Object.entries(told)
      .map(([reason, count]) => `${reason} ${count}`)
      .join(', '),
  );
} catch (error) {
  problems.push(String(error));
} finally {
  await program.stop();
  feed.close();
  await detector.close();
  rmSync(folder, { recursive: true, force: true });
}
for (const problem of problems) say(`wrong: ${problem}`);
process.exit(problems.length > 0 ? 1 : 0);
