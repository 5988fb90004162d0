/**
 * `npm run bench:builder`: what reading raw samples and building a dataset of them takes, beside `curl -o /dev/null` of the
 * same queries, `promtool tsdb dump`, and parides from PyPI where pip is available; from a real Prometheus with synthetic
 * data, each way in a process of its own and the ways interleaved. Then the same with four times the range (`--longer 1`:
 * not), to show that memory stays. `--only labels` measures labels alone, which needs no Prometheus. `--way 'build, Parquet'`, as often as wanted, goes these ways only. Prints tables; `--json
 * FILE` also writes the figures, `--check` compares samples with promtool's dump.
 */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { MS_PER_SECOND } from '../../common/ms.ts';
import { median } from '../../common/statistics.ts';
import { table } from '../bench/table.ts';
import { cpuMs } from '../bench/usage.ts';
import type { RunningPrometheus } from '../programs/prometheus.ts';
import { check } from './check.ts';
import { benchLabels } from './labels.ts';
import { installParides } from './parides.ts';
import { serve } from './serve.ts';
import type { Size } from './synthetic.ts';
import { measureWay, type Reading, type Surroundings, WAYS } from './ways.ts';

const run = promisify(execFile);
const say = (text: string) => process.stdout.write(`${text}\n`);

async function apart(way: string, surroundings: Surroundings): Promise<Reading> {
  const self = fileURLToPath(import.meta.url);
  const { stdout } = await run(process.execPath, [self, 'way', way, JSON.stringify(surroundings)]);
  return JSON.parse(stdout) as Reading;
}

/** Goes the ways in turn, some rounds, and gives the medians. */
async function measure(
  prometheus: RunningPrometheus,
  surroundings: Surroundings,
  rounds: number,
  ways: readonly string[],
) {
  const pid = prometheus.process.pid as number;
  const readings = new Map(ways.map((way) => [way, [] as (Reading & { serverCpuMs: number })[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [way, done] of readings) {
      if (round > 0 && WAYS[way]?.once) continue;
      rmSync(surroundings.scratch, { recursive: true, force: true });
      const before = cpuMs(pid);
      const reading = await apart(way, surroundings);
      done.push({ ...reading, serverCpuMs: cpuMs(pid) - before });
    }
  }
  const samples = Math.max(...[...readings.values()].flat().map((reading) => reading.samples));
  return [...readings].map(([way, done]) => {
    const seconds = (pick: (reading: (typeof done)[number]) => number) =>
      median(done.map(pick)) / MS_PER_SECOND;
    const wall = seconds(({ wallMs }) => wallMs);
    return {
      way,
      samples: done[0]?.samples || samples,
      'wall s': wall,
      'M samples/s': samples / wall / 1e6,
      'client CPU s': seconds((reading) => reading.cpuMs),
      'server CPU s': seconds(({ serverCpuMs }) => serverCpuMs),
      'peak MiB': WAYS[way]?.outside ? '' : Math.max(...done.map(({ peakMebibytes }) => peakMebibytes)),
    };
  });
}

async function bench(size: Size, rounds: number, ways: readonly string[], parides: string | undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'kubevigil-bench-'));
  try {
    const prometheus = await serve(folder, size);
    try {
      const surroundings = {
        url: prometheus.url,
        days: size.days,
        data: join(folder, 'data'),
        scratch: join(folder, 'scratch'),
        ...(parides !== undefined && { parides }),
      };
      if (values.check) say(await check(surroundings));
      const rows = await measure(prometheus, surroundings, rounds, ways);
      say(
        `24 metrics × ${size.nodes} nodes × ${size.days * 24} h at 15 s, medians of ${rounds}\n${table(rows)}\n`,
      );
      return { ...size, rounds, rows };
    } finally {
      await prometheus.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values, positionals } = parseArgs({
  options: {
    nodes: { type: 'string', default: '50' },
    days: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'string' },
    check: { type: 'boolean', default: false },
    way: { type: 'string', multiple: true, default: Object.keys(WAYS) },
    longer: { type: 'string', default: '4' },
    only: { type: 'string' },
  },
  allowPositionals: true,
});

const [command, way = '', surroundings = ''] = positionals;
if (command === 'way') {
  say(JSON.stringify(await measureWay(way, JSON.parse(surroundings) as Surroundings)));
} else if (values.only === 'labels') {
  const rows = benchLabels(Number(values.rounds));
  say(`Labels, Node ${process.versions.node}, medians of ${values.rounds}\n${table(rows)}`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
} else if (values.only !== undefined) {
  throw new Error(`--only ${values.only}: there is labels alone`);
} else {
  say(`Linux ${release()}, ${availableParallelism()} CPUs, Node ${process.versions.node}\n`);
  const size = { nodes: Number(values.nodes), days: Number(values.days) };
  const python = mkdtempSync(join(tmpdir(), 'kubevigil-bench-python-'));
  try {
    const isAsked = values.way.some((name) => name.startsWith('parides'));
    const parides = isAsked
      ? await installParides(python, (reason) => say(`without parides: ${reason}\n`))
      : undefined;
    const ways = values.way.filter((name) => parides !== undefined || !name.startsWith('parides'));
    const results = [await bench(size, Number(values.rounds), ways, parides)];
    const longer = Number(values.longer);
    if (longer > 1) {
      // Of other programs the memory is not seen, and the slow ones would take many minutes.
      const own = ways.filter((name) => !WAYS[name]?.once);
      results.push(await bench({ ...size, days: size.days * longer }, 1, own, parides));
    }
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
  } finally {
    rmSync(python, { recursive: true, force: true });
  }
}
