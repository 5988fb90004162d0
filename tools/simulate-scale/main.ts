#!/usr/bin/env node
/**
 * `npm run simulate:scale`: what a fleet costs Prometheus, and what exporting it takes: requests, bytes, time and memory.
 * `-- --measure` exports small fleets for real, beside what the model says of them.
 */
import { parseArgs } from 'node:util';
import { table } from '../bench/table.ts';
import { measure } from './measure.ts';
import { cost, type Export, queryPlan, SERVER_READINGS_AT_ONCE, shardsFor, storage } from './model.ts';
import { defaultRules, type NodeShape } from './series.ts';

const GIBIBYTE = 2 ** 30;
const SECONDS_PER_HOUR = 3600;
const MEASURED_FLEETS = [10, 40];

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '5000' },
    days: { type: 'string', default: '30' },
    pods: { type: 'string', default: '110' },
    containers: { type: 'string', default: '250' },
    interval: { type: 'string', default: '15' },
    step: { type: 'string', default: '15' },
    parallel: { type: 'string', default: '5' },
    memory: { type: 'string', default: '4' },
    measure: { type: 'boolean', default: false },
  },
});

const say = (text: string) => process.stdout.write(`${text}\n`);
const number = (text: string) => {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${text} is no number above 0`);
  return value;
};

function simulate(): void {
  const [nodes, days, pods, containers] = [values.nodes, values.days, values.pods, values.containers].map(
    number,
  ) as [number, number, number, number];
  const node: NodeShape = {
    ...{ pods, containers, sandboxes: pods, named: true, disks: 2, uplinks: 1, mounts: 3 },
    rules: defaultRules(),
  };
  const base = {
    ...{ nodes, days, intervalSeconds: number(values.interval), stepSeconds: number(values.step) },
    parallel: number(values.parallel),
  };
  const stored = storage(node, { ...base, shards: 1, source: 'raw' });
  say(`${nodes} nodes for ${days} days, ${pods} pods and ${containers} containers a node\n`);
  say(
    table([
      {
        'series a node': stored.seriesPerNode,
        'M series': stored.series / 1e6,
        'k samples/s': stored.samplesPerSecond / 1e3,
        'stored TB': stored.storedBytes / 1e12,
      },
    ]),
  );
  const mostBytes = number(values.memory) * GIBIBYTE;
  const rows = (['raw', 'recorded'] as const).map((source) => {
    const shards = shardsFor(node, { ...base, shards: 1, source }, mostBytes);
    if (shards === undefined) return { source, shards: 'one node needs more memory' };
    const wanted: Export = { ...base, shards, source };
    const plan = queryPlan(node, wanted);
    const takes = cost(plan, wanted);
    return {
      source,
      shards,
      requests: plan.readings,
      'at once': plan.readingsAtOnce,
      'G samples': plan.samples / 1e9,
      'G rows': plan.rows / 1e9,
      'builder CPU h': takes.builderCpuSeconds / SECONDS_PER_HOUR,
      'server CPU h': takes.serverCpuSeconds / SECONDS_PER_HOUR,
      'wall h': takes.wallSeconds / SECONDS_PER_HOUR,
      'GiB a pod': takes.bytesPerShard / GIBIBYTE,
      'dataset GB': takes.datasetBytes / 1e9,
    };
  });
  say(`\nexport within ${values.memory} GiB a pod, ${values.parallel} pods at a time\n`);
  for (const row of rows) say(`${table([row])}\n`);
  const atOnce = base.parallel * 2;
  if (atOnce > SERVER_READINGS_AT_ONCE) {
    say(`${atOnce} readings at once are more than Prometheus' --storage.remote.read-concurrent-limit (10)`);
  }
}

if (values.measure) {
  const rows = [];
  for (const nodes of MEASURED_FLEETS) rows.push(await measure(nodes));
  say(table(rows));
} else {
  simulate();
}
