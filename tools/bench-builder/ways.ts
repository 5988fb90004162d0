/** The ways of reading that are measured; each reads every sample of the 24 metrics, day by day. */
import { execFile } from 'node:child_process';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import axios from 'axios';
import { scanMatrix } from '../../builder/json-scan/scan-matrix.ts';
import { remoteRead } from '../../builder/remote-read/remote-read.ts';
import { DAY_MS, METRICS_READ, START_MS, STEP_MS } from './synthetic.ts';

const run = promisify(execFile);

/** Reads one metric of one day; gives the number of samples, where the way counts them. */
type ReadDay = (url: string, metric: string, startMs: number) => Promise<number>;

const http = axios.create({
  responseType: 'stream',
  decompress: false,
  headers: { 'Accept-Encoding': 'identity' },
  validateStatus: () => true,
});

const byRemoteRead: ReadDay = async (url, metric, startMs) => {
  const matchers = [{ name: '__name__', operator: '=', value: metric }] as const;
  const window = { startMs: startMs - 1, endMs: startMs + DAY_MS - 1 };
  const series = remoteRead(
    async (body, headers) => {
      const answer = await http.post<Readable>(`${url}/api/v1/read`, body, { headers });
      return { status: answer.status, headers: answer.headers, body: answer.data };
    },
    { matchers, ...window },
  );
  let samples = 0;
  for await (const { timestampsMs } of series) samples += timestampsMs.length;
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

/** By the name that the table shows. */
export const WAYS: Readonly<Record<string, ReadDay>> = {
  'remote read': byRemoteRead,
  'JSON scan': byJsonScan,
  'curl -o /dev/null': byCurl,
  'curl, query_range': byCurlQueryRange,
};

/** What one reading took, in the process that read. */
export interface Reading {
  readonly samples: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMebibytes: number;
}

/** Reads everything, one request after the other. */
export async function read(way: string, url: string, days: number): Promise<Reading> {
  const readDay = WAYS[way];
  if (readDay === undefined) throw new RangeError(`no way called ${way}`);
  const began = performance.now();
  const before = process.cpuUsage();
  let samples = 0;
  for (let day = 0; day < days; day++) {
    for (const { name } of METRICS_READ) samples += await readDay(url, name, START_MS + day * DAY_MS);
  }
  const { user, system } = process.cpuUsage(before);
  return {
    samples,
    wallMs: performance.now() - began,
    cpuMs: (user + system) / 1_000,
    peakMebibytes: process.resourceUsage().maxRSS / 1_024,
  };
}
