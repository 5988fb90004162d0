/** The ways that are measured: to read every sample of the 24 metrics, and to make a dataset of them. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import axios from 'axios';
import { build } from '../../builder/commands/build.ts';
import { configSchema } from '../../builder/config/schema.ts';
import { scanMatrix } from '../../builder/prometheus/wire/json/scan-matrix.ts';
import { remoteRead } from '../../builder/prometheus/wire/remote-read/remote-read.ts';
import type { RawSeries } from '../../builder/samples/series.ts';
import { wholeMs } from '../../common/ms.ts';
import { childrenCpuMs } from '../bench/usage.ts';
import { program } from '../programs/find.ts';
import { DAY_MS, METRICS_READ, START_MS, STEP_MS } from './synthetic.ts';

const run = promisify(execFile);

/** Where the data is, and room for what is made. */
export interface Surroundings {
  readonly url: string;
  readonly days: number;
  /** Prometheus' own folder. */
  readonly data: string;
  readonly scratch: string;
  /** The program of that name from PyPI; absent where it cannot be had. */
  readonly parides?: string;
}

export interface Way {
  /** Gives the number of samples, where the way counts them. */
  run(surroundings: Surroundings): Promise<number>;
  /** Takes so long that once must do. */
  readonly once?: true;
  /** Another program does the work, whose memory is not seen. */
  readonly outside?: true;
}

/** Reads one metric of one day; gives the number of samples, where the way counts them. */
type ReadDay = (url: string, metric: string, startMs: number) => Promise<number>;

const http = axios.create({
  responseType: 'stream',
  decompress: false,
  headers: { 'Accept-Encoding': 'identity' },
  validateStatus: () => true,
});

/** One metric of one day. */
export function readByRemoteRead(url: string, metric: string, startMs: number): AsyncGenerator<RawSeries> {
  const matchers = [{ name: '__name__', operator: '=', value: metric }] as const;
  const window = { startMs: wholeMs(startMs - 1), endMs: wholeMs(startMs + DAY_MS - 1) };
  return remoteRead(
    async (body, headers) => {
      const answer = await http.post<Readable>(`${url}/api/v1/read`, body, { headers });
      return { status: answer.status, headers: answer.headers, body: answer.data };
    },
    { matchers, ...window },
  );
}

const byRemoteRead: ReadDay = async (url, metric, startMs) => {
  let samples = 0;
  for await (const { timestampsMs } of readByRemoteRead(url, metric, startMs)) samples += timestampsMs.length;
  return samples;
};

function rangeSelector(metric: string, startMs: number): Record<string, string> {
  return { query: `${metric}[${DAY_MS}ms]`, time: String((startMs + DAY_MS - 1) / 1_000) };
}

const byJsonScan: ReadDay = async (url, metric, startMs) => {
  const answer = await http.get<Readable>(`${url}/api/v1/query`, { params: rangeSelector(metric, startMs) });
  let samples = 0;
  for await (const { timestampsMs } of scanMatrix(answer.data, () => {})) samples += timestampsMs.length;
  return samples;
};

async function curl(address: string, parameters: Record<string, string>): Promise<number> {
  const encoded = Object.entries(parameters).flatMap(([name, value]) => [
    '--data-urlencode',
    `${name}=${value}`,
  ]);
  await run('curl', ['-sS', '--fail', '-o', '/dev/null', '-G', address, ...encoded]);
  return 0;
}

const byCurl: ReadDay = (url, metric, startMs) => curl(`${url}/api/v1/query`, rangeSelector(metric, startMs));

const byCurlQueryRange: ReadDay = (url, metric, startMs) =>
  curl(`${url}/api/v1/query_range`, {
    query: metric,
    start: String(startMs / 1_000),
    end: String((startMs + DAY_MS - STEP_MS) / 1_000),
    step: `${STEP_MS}ms`,
  });

function eachDay(readDay: ReadDay, more: Pick<Way, 'outside'> = {}): Way {
  return {
    ...more,
    async run({ url, days }) {
      let samples = 0;
      for (let day = 0; day < days; day++) {
        for (const { name } of METRICS_READ) samples += await readDay(url, name, START_MS + day * DAY_MS);
      }
      return samples;
    },
  };
}

function builds(format: 'parquet' | 'csv', reading: 'remote-read' | 'query'): Way {
  return {
    async run({ url, days, scratch }) {
      const config = configSchema.parse({
        ...{ prometheus: { url }, scrapeInterval: `${STEP_MS}ms`, format, reading },
        output: join(scratch, `${format}-${reading}`),
        start: new Date(START_MS).toISOString(),
        end: new Date(START_MS + days * DAY_MS).toISOString(),
      });
      const silent = { debug() {}, info() {}, warn() {}, error() {} };
      const progress = { start() {}, done() {}, stop() {} };
      const { signal } = new AbortController();
      await build(config, { nowMs: Date.now(), log: silent, progress, signal });
      return 0;
    },
  };
}

const promtoolDump: Way = {
  once: true,
  outside: true,
  async run({ data }) {
    const promtool = await program('promtool');
    await run('sh', ['-c', 'exec "$0" tsdb dump "$1" > /dev/null', promtool, data]);
    return 0;
  },
};

/** Asks for each metric by query_range, and writes a file for it. */
const paridesParquet: Way = {
  once: true,
  outside: true,
  async run({ url, days, scratch, parides = '' }) {
    const range = ['-s', new Date(START_MS), '-e', new Date(START_MS + days * DAY_MS)].map((value) =>
      value instanceof Date ? value.toISOString() : value,
    );
    for (const { name } of METRICS_READ) {
      await run(parides, ['-o', join(scratch, 'parides'), '-r', '15s', '-f', 'parquet', ...range, url, name]);
    }
    return 0;
  },
};

/** By the name that the table shows. */
export const WAYS: Readonly<Record<string, Way>> = {
  'remote read': eachDay(byRemoteRead),
  'JSON scan': eachDay(byJsonScan),
  'curl -o /dev/null': eachDay(byCurl, { outside: true }),
  'curl, query_range': eachDay(byCurlQueryRange, { outside: true }),
  'build, Parquet': builds('parquet', 'remote-read'),
  'build, CSV': builds('csv', 'remote-read'),
  'build, Parquet, JSON': builds('parquet', 'query'),
  'promtool tsdb dump': promtoolDump,
  'parides, Parquet': paridesParquet,
};

/** What one run took, in the process that ran, and its children. */
export interface Reading {
  readonly samples: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Of the process that ran; not of its children. */
  readonly peakMebibytes: number;
}

/** Does it once, in this process. */
export async function measureWay(name: string, surroundings: Surroundings): Promise<Reading> {
  const way = WAYS[name];
  if (way === undefined) throw new RangeError(`no way called ${name}`);
  const began = performance.now();
  const before = process.cpuUsage();
  const samples = await way.run(surroundings);
  const { user, system } = process.cpuUsage(before);
  return {
    samples,
    wallMs: performance.now() - began,
    cpuMs: (user + system) / 1_000 + childrenCpuMs(),
    peakMebibytes: process.resourceUsage().maxRSS / 1_024,
  };
}
