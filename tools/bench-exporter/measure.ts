import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../../common/statistics.ts';
import { cpuMs, residentMebibytes } from '../bench/usage.ts';
import type { Contender } from './contenders.ts';

/** What one exporter cost in one situation; the times are medians. */
export interface Cost {
  readonly exporter: string;
  readonly cpuMsPerScrape: number;
  readonly wallMsPerScrape: number;
  readonly residentMebibytes: number;
  readonly series: number;
  readonly bytes: number;
}

const WARM_UP_SCRAPES = 10;
const ROUNDS = 15;
const SCRAPES_PER_ROUND = 4;

async function scrape(url: string): Promise<string> {
  const response = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.text();
}

interface Round {
  readonly cpuMs: number;
  readonly wallMs: number;
}

async function round({ pid, url }: Contender): Promise<Round> {
  const cpuBefore = cpuMs(pid);
  const began = performance.now();
  for (let i = 0; i < SCRAPES_PER_ROUND; i++) await scrape(url);
  const wallMs = (performance.now() - began) / SCRAPES_PER_ROUND;
  return { cpuMs: (cpuMs(pid) - cpuBefore) / SCRAPES_PER_ROUND, wallMs };
}

/** Scrapes the exporters in turn, so that what the machine does besides falls on all of them alike. */
export async function measure(contenders: readonly Contender[]): Promise<Cost[]> {
  for (const { url } of contenders) for (let i = 0; i < WARM_UP_SCRAPES; i++) await scrape(url);
  const rounds = new Map<Contender, Round[]>(contenders.map((contender) => [contender, []]));
  for (let i = 0; i < ROUNDS; i++) {
    for (const [contender, done] of rounds) done.push(await round(contender));
  }
  const costs: Cost[] = [];
  for (const [{ name, url, pid }, done] of rounds) {
    const page = await scrape(url);
    costs.push({
      exporter: name,
      cpuMsPerScrape: median(done.map((one) => one.cpuMs)),
      wallMsPerScrape: median(done.map((one) => one.wallMs)),
      residentMebibytes: residentMebibytes(pid),
      series: page.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length,
      bytes: Buffer.byteLength(page),
    });
  }
  return costs;
}

/** CPU milliseconds that each exporter uses in a minute in which nobody scrapes it. */
export async function idleCpuMsPerMinute(
  contenders: readonly Contender[],
  seconds: number,
): Promise<Map<string, number>> {
  const before = contenders.map(({ pid }) => cpuMs(pid));
  await sleep(seconds * 1000);
  return new Map(
    contenders.map(({ name, pid }, i) => [name, ((cpuMs(pid) - (before[i] ?? 0)) * 60) / seconds]),
  );
}
