import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { randomFrom } from '../../common/random.ts';
import { program } from '../programs/find.ts';
import { DAY_MS, METRICS_READ, START_MS } from './synthetic.ts';
import { readByRemoteRead, type Surroundings } from './ways.ts';

const PART = 0.1;
const SEED = 7;

/** Tells every double from every other, -0 and 0 too. */
function bitsOf(value: number): bigint {
  return new BigUint64Array(Float64Array.of(value).buffer)[0] as bigint;
}

/** The samples that promtool finds in the blocks, by series in the form of its dump. */
async function* dumpedLines(data: string, metric: string): AsyncGenerator<[string, number, number]> {
  const args = ['tsdb', 'dump', `--match={__name__="${metric}"}`, data];
  const child = spawn(await program('promtool'), args, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const [, labels, value, time] = /^\{(.*)\} (\S+) (\S+)$/.exec(line) ?? [];
    if (labels !== undefined) yield [labels, Number(value), Number(time)];
  }
}

/** Compares what remote read gives of a random tenth of the series with `promtool tsdb dump`, bit for bit. */
export async function check({ url, days, data }: Surroundings): Promise<string> {
  const random = randomFrom(SEED);
  let samples = 0;
  let series = 0;
  for (const { name } of METRICS_READ) {
    const read = new Map<string, { times: number[]; values: number[] }>();
    for (let day = 0; day < days; day++) {
      for await (const one of readByRemoteRead(url, name, START_MS + day * DAY_MS)) {
        const key = Object.entries(one.labels)
          .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
          .join(', ');
        const all = read.get(key) ?? { times: [], values: [] };
        read.set(key, all);
        all.times.push(...one.timestampsMs);
        all.values.push(...one.values);
      }
    }
    const chosen = new Map(
      [...read].filter(() => random() < PART).map(([key, all]) => [key, { ...all, next: 0 }]),
    );
    for await (const [labels, value, time] of dumpedLines(data, name)) {
      const all = chosen.get(labels);
      if (all === undefined) continue;
      const at = all.next++;
      if (all.times[at] !== time || bitsOf(all.values[at] ?? Number.NaN) !== bitsOf(value))
        throw new Error(
          `{${labels}}: sample ${at} is ${all.values[at]} at ${all.times[at]}, not ${value} at ${time}`,
        );
    }
    for (const [key, { times, next }] of chosen) {
      if (next !== times.length) throw new Error(`{${key}}: ${times.length} samples, promtool has ${next}`);
      samples += next;
      series++;
    }
  }
  return `check: ${samples} samples of ${series} series are those of promtool tsdb dump, bit for bit\n`;
}
