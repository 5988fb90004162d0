#!/usr/bin/env node
/**
 * `npm run test:servers`: the same minutes built from each server, in each way of reading, cell by cell, with an exporter and
 * a replica taken away; updates, streams, labels and expressions near now. Servers other than Debian's Prometheus are built by
 * Go. Faults that are put in on purpose show that the checks find them. `-- --streams 50` starts more of them on each.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { prometheusNowMs } from '../../scenarios/campaign/clock.ts';
import { table } from '../bench/table.ts';
import { compare, plausible, RIGHT } from './compare.ts';
import { COLUMNS, DELAY_MS, make, type Row, STEP_MS, streamed, type Way } from './datasets.ts';
import { startExporter } from './exporter.ts';
import { type Fault, faultyProxy } from './fault.ts';
import { type Lab, startLab } from './lab.ts';

const AWAY_MS = 8_000;
const STREAMED_STEPS = 3;
/** A querier looks after its stores each 5 s, and gives up one that does not answer within another 5. */
const NOTICED_MS = 20_000;
const CLOCK_TOLERANCE_MS = 2_000;
/** What VictoriaMetrics keeps of a value. */
const TWELVE_DIGITS = 1e-9;
/** Older than what it makes up near now. */
const SETTLED_MS = 35_000;
const LABELLED = { labels: [{ metric: {} }] };
const EXPRESSION = {
  columns: [{ name: 'total', promql: 'sum by (node) (kubevigil_forks_total)', unit: 'forks' }],
};

/** What a check says of the faults below; not that something else failed. */
const FOUND = /cells differ|^nothing is said/;

/** Markers as values, older values near now, stores that nobody hears of: what was wrong once. */
const FAULTS = {
  markers: { answer: (_, body) => body.replaceAll('"NaN"', '"123456"') },
  offset: {
    request(path, parameters) {
      if (!path.endsWith('/query_range')) return;
      for (const name of ['latency_offset', 'nocache']) parameters.delete(name);
    },
  },
  stores: { answer: (path, body) => (path.endsWith('/stores') ? undefined : body) },
} as const satisfies Record<string, Fault>;

type Result = Record<string, string>;

const say = (text: string) => process.stderr.write(`${text}\n`);
const step = (ms: number) => Math.floor(ms / STEP_MS) * STEP_MS;
const errorText = (error: unknown) => (error instanceof Error ? error.message : String(error));

const { values: flags } = parseArgs({ options: { streams: { type: 'string', default: '5' } } });
const starts = Number(flags.streams);

/** A check's word, whatever goes wrong. */
async function told(check: () => Promise<string>): Promise<string> {
  try {
    return await check();
  } catch (error) {
    return `failed: ${errorText(error)}`;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'kubevigil-servers-'));
let outputs = 0;
const newOutput = () => join(folder, `dataset-${outputs++}`);

/** An update now and another some steps later, against one build when all is long over. */
async function nearNow(way: Way): Promise<string> {
  const output = newOutput();
  const startMs = step(Date.now() - 20_000);
  await make('update', way, output, startMs);
  await sleep(3 * STEP_MS);
  const rows = await make('update', way, output, startMs);
  const last = Date.parse(String(rows.at(-1)?.['timestamp']));
  await sleep(SETTLED_MS);
  const columns = way.more === undefined ? COLUMNS : ['total'];
  return compare(await make('build', way, newOutput(), startMs, last), rows, columns);
}

/** Streams that are started one after the other, each against a build of its steps. */
async function streams(way: Way): Promise<string> {
  const labelled = { ...way, more: { ...way.more, ...LABELLED } };
  const all: Row[] = [];
  for (let i = 0; i < starts; i++) {
    const rows = await streamed(labelled, newOutput(), STREAMED_STEPS);
    const unlabelled = rows.find((row) => row['node'] === 'node-a' && row['label'] !== 'cpu_burn');
    if (unlabelled !== undefined) return `start ${i + 1}: a row of node-a is ${unlabelled['label']}`;
    all.push(...rows);
  }
  const rows = [...new Map(all.map((row) => [`${row['timestamp']} ${row['node']}`, row])).values()];
  const times = rows.map((row) => Date.parse(String(row['timestamp'])));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const built = await make('build', labelled, newOutput(), first - STEP_MS, last);
  const seen = new Set(rows.map((row) => row['timestamp']));
  return compare(
    built.filter((row) => seen.has(row['timestamp'] ?? '')),
    rows,
    [...COLUMNS, 'label', 'episode'],
  );
}

async function clock({ url }: Way): Promise<string> {
  const aheadMs = (await prometheusNowMs(url)) - Date.now();
  return Math.abs(aheadMs) < CLOCK_TOLERANCE_MS ? RIGHT : `is ${Math.round(aheadMs)} ms ahead`;
}

/** Whether a build says that something is left out. */
async function saysPartial(way: Way, startMs: number, endMs: number): Promise<string> {
  const outcome = await make('build', way, newOutput(), startMs, endMs).then(
    () => 'nothing is said',
    errorText,
  );
  return /answers only in part: store/.test(outcome) ? RIGHT : outcome;
}

/** Runs a check through a proxy with a fault; it is right when the check finds it. */
async function finds(way: Way, fault: Fault, check: (way: Way) => Promise<string>): Promise<string> {
  const proxy = await faultyProxy(way.url, fault);
  try {
    const verdict = await told(() => check({ ...way, url: proxy.url }));
    return FOUND.test(verdict) ? `found: ${verdict}` : `the fault is not found: ${verdict}`;
  } finally {
    proxy.close();
  }
}

async function run(lab: Lab, startMs: number): Promise<Result[]> {
  const urlOf = (name: string) => {
    const other = lab.others.get(name);
    return other !== undefined && 'url' in other ? other.url : undefined;
  };
  const ways: [string, Way][] = [
    ['Prometheus (Debian), remote read', { url: lab.prometheus, reading: 'remote-read' }],
    ['Prometheus (Debian), range selectors', { url: lab.prometheus, reading: 'query' }],
  ];
  const [three, victoria, thanos] = ['Prometheus 3', 'VictoriaMetrics', 'Thanos'].map(urlOf);
  if (three !== undefined) {
    ways.push(['Prometheus 3, remote read', { url: three, reading: 'remote-read' }]);
    ways.push(['Prometheus 3, range selectors', { url: three, reading: 'query' }]);
  }
  if (victoria !== undefined) ways.push(['VictoriaMetrics', { url: victoria, reading: 'query' }]);
  const one = { selector: 'job="kubevigil",replica="a"' };
  if (thanos !== undefined) ways.push(['Thanos, one replica', { url: thanos, reading: 'query', more: one }]);

  const results: Result[] = [];
  const endMs = step(Date.now() - DELAY_MS);
  const chunks = await make('build', ways[0]?.[1] as Way, newOutput(), startMs, endMs);
  const selectors = await make('build', ways[1]?.[1] as Way, newOutput(), startMs, endMs);
  const cells = (way: Way) => async () => {
    const rows = await make('build', way, newOutput(), startMs, endMs);
    const isVictoria = way.url === victoria;
    const expected = way.reading === 'remote-read' || isVictoria ? chunks : selectors;
    return compare(expected, rows, COLUMNS, isVictoria ? TWELVE_DIGITS : 0);
  };

  say('builds, updates, streams and expressions, of all servers at once');
  const checked = await Promise.all(
    ways.map(async ([server, way]): Promise<Result> => {
      const { more, ...plain } = way;
      const [updates, expressions] = await Promise.all([
        told(() => nearNow({ ...plain, ...(more !== undefined && { more }) })),
        told(() => nearNow({ ...plain, more: { ...more, ...EXPRESSION } })),
      ]);
      return {
        server,
        cells: await told(cells(way)),
        'exporter away': await told(async () =>
          plausible(await make('build', way, newOutput(), startMs, endMs), COLUMNS[0], 'node-b'),
        ),
        'updates = build': updates,
        'expressions near now': expressions,
        'stream = build': await told(() => streams(way)),
        clock: await told(() => clock(way)),
      };
    }),
  );
  results.push(...checked);

  say('faults that the checks have to find');
  if (victoria !== undefined) {
    const way: Way = { url: victoria, reading: 'query' };
    const again = async (faulty: Way) =>
      compare(chunks, await make('build', faulty, newOutput(), startMs, endMs), COLUMNS, TWELVE_DIGITS);
    results.push({
      server: 'VictoriaMetrics, stale markers made values',
      cells: await finds(way, FAULTS.markers, again),
    });
    results.push({
      server: 'VictoriaMetrics, without latency_offset',
      'expressions near now': await finds({ ...way, more: EXPRESSION }, FAULTS.offset, nearNow),
    });
  }
  if (thanos !== undefined) {
    say('a replica and its sidecar are taken from Thanos');
    const way: Way = { url: thanos, reading: 'query', more: one };
    await lab.loseReplica();
    // Until then a query of the lost one fails by itself.
    await sleep(NOTICED_MS);
    results.push({
      server: 'Thanos, a replica lost',
      'lost part': await told(() => saysPartial(way, startMs, endMs)),
    });
    results.push({
      server: 'Thanos, its list of stores hidden',
      'lost part': await finds(way, FAULTS.stores, (faulty) => saysPartial(faulty, startMs, endMs)),
    });
  }
  for (const [server, other] of lab.others)
    if ('absent' in other) results.push({ server, cells: `skipped: ${other.absent}` });
  results.push({
    server: 'VictoriaMetrics cluster',
    cells: 'skipped: no version of it can be had as a Go module',
  });
  return results;
}

const episode = 'episode="e",scenario="cpu_burn",node="node-a",role="victim"';
const began = `kubevigil_scenario_start_timestamp_seconds{${episode}} ${Date.now() / 1_000}`;
const [a, b] = [await startExporter(began), await startExporter()];
let lab: Lab | undefined;
try {
  lab = await startLab(folder, { 'node-a': a.address, 'node-b': b.address });
  const startMs = step(Date.now());
  await sleep(8_000);
  say('the exporter of node-b stays away for some seconds, and counts from 0 when it comes back');
  await b.leave();
  await sleep(AWAY_MS);
  await b.comeBack();
  await sleep(DELAY_MS + 8_000);
  const results = await run(lab, startMs);
  const columns = [...new Set(results.flatMap((result) => Object.keys(result)))];
  const rows = results.map((result) =>
    Object.fromEntries(columns.map((name) => [name, result[name] ?? '-'])),
  );
  const isRight = (text: string) => text === RIGHT || text === '-' || /^(found|skipped): /.test(text);
  const wrong = results.flatMap(({ server, ...verdicts }) =>
    Object.entries(verdicts)
      .filter(([, text]) => !isRight(text))
      .map(([check, text]) => `${server}, ${check}: ${text}`),
  );
  const shown = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, text]) => [
        name,
        name === 'server' ? text : (/^(found|skipped)\b/.exec(text)?.[0] ?? (isRight(text) ? text : 'WRONG')),
      ]),
    ),
  );
  process.stdout.write(`${table(shown)}\n`);
  for (const result of results)
    for (const [check, text] of Object.entries(result))
      if (check !== 'server' && text !== RIGHT)
        process.stdout.write(`${result['server']}, ${check}: ${text}\n`);
  if (wrong.length > 0) process.exitCode = 1;
} finally {
  await lab?.stop();
  await a.leave().catch(() => undefined);
  await b.leave().catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
}
