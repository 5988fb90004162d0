/** What the program itself takes beside a stream: its memory, its CPU time for a step, and how soon a row is a metric. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomFrom } from '../../common/random.ts';
import { median } from '../../common/statistics.ts';
import { cpuMs, residentMebibytes } from '../bench/usage.ts';
import { startChild, waitForChild } from '../programs/child.ts';
import { Feed } from '../programs/feed.ts';
import { freePort } from '../programs/ports.ts';
import { COLUMN_NAMES, rowValues, STEP_MS } from './fleet.ts';

const STEPS = 52;
/** Until pasts have their full size. */
const WARM_UP = 40;
const DIFFERENT_ROWS = 500;
const POLL_MS = 100;

export interface ServeReading {
  readonly nodes: number;
  readonly residentMebibytes: number;
  readonly cpuMsPerStep: number;
  /** From the first byte of a step to a page of metrics that has its last row, the making of the page included. */
  readonly rowToMetricMs: { readonly p50: number; readonly most: number };
  /** Of the page alone, which grows with the nodes. */
  readonly pageMs: number;
}

const rowsTotal = /^kubevigil_detector_rows_total (\d+)/m;
/** Scores of all nodes: some of them move with every step, which tells when it is on the page. */
const scores = /^kubevigil_detector_anomaly_score\{.*/gm;

/** Serves a stream of so many nodes, a step as soon as the one before is scored. */
export async function measureServe(model: string, nodes: number, folder: string): Promise<ServeReading> {
  const feed = await Feed.open();
  const port = await freePort();
  const args = ['--model', model, '--stream', feed.url, '--web.listen-address', `127.0.0.1:${port}`];
  const verdicts = ['--verdicts', join(folder, 'verdicts.csv')];
  const main = join(import.meta.dirname, '../../detector/main.js');
  const program = startChild(
    process.execPath,
    [main, 'serve', ...args, ...verdicts],
    join(folder, 'serve.log'),
  );
  const pid = program.process.pid as number;
  const page = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  try {
    await waitForChild(program, 'the stream is read', () => feed.readers > 0);
    const random = randomFrom(5);
    const texts = Array.from({ length: DIFFERENT_ROWS }, () => {
      const values = rowValues(undefined, random);
      const cells = COLUMN_NAMES.map((name, i) => [name, Number.isNaN(values[i]) ? null : values[i]]);
      return JSON.stringify(Object.fromEntries(cells)).slice(1);
    });
    const startMs = Date.now() - STEPS * STEP_MS;
    const walls: number[] = [];
    const pages: number[] = [];
    let cpu = 0;
    let before = '';
    for (let step = 0; step < STEPS; step++) {
      const timestamp = new Date(startMs + step * STEP_MS).toISOString();
      const lines = Array.from({ length: nodes }, (_, i) => {
        const head = JSON.stringify({ timestamp, cluster: 'bench', node: `node-${i}` }).slice(0, -1);
        const text = texts[(i * 7 + step) % DIFFERENT_ROWS];
        return `{"type":"row","id":"${step}-${i}","row":${head},${text}}`;
      });
      if (step === WARM_UP) cpu = cpuMs(pid);
      const began = performance.now();
      await feed.send(`${lines.join('\n')}\n{"type":"step","id":"${step}","timestamp":"${timestamp}"}\n`);
      if (step < WARM_UP) {
        const wanted = (step + 1) * nodes;
        const isTaken = async () => Number(rowsTotal.exec(await page())?.[1]) >= wanted;
        await waitForChild(program, 'the step is taken', isTaken);
        continue;
      }
      for (;;) {
        const asked = performance.now();
        const now = (await page()).match(scores)?.join() ?? '';
        if (now !== before) {
          before = now;
          pages.push(performance.now() - asked);
          walls.push(performance.now() - began);
          break;
        }
        await sleep(POLL_MS);
      }
    }
    const used = cpuMs(pid) - cpu;
    return {
      nodes,
      residentMebibytes: residentMebibytes(pid),
      cpuMsPerStep: used / (STEPS - WARM_UP),
      rowToMetricMs: { p50: median(walls), most: Math.max(...walls) },
      pageMs: median(pages),
    };
  } finally {
    await program.stop();
    feed.close();
  }
}
