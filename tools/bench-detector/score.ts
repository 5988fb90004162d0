/** What it takes to score a step of a fleet: rows that are in memory, to scores, states and alarms. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomFrom } from '../../common/random.ts';
import { median } from '../../common/statistics.ts';
import { openDetector } from '../../detector/candidate/detector.ts';
import { FEATURES, NOVELTY, PROBABILITIES } from '../../detector/onnx/names.ts';
import { openSession } from '../../detector/onnx/session.ts';
import { parseLine } from '../../detector/stream/records.ts';
import { FleetWatch } from '../../detector/watch/fleet-watch.ts';
import { COLUMN_NAMES, rowValues, START_MS, STEP_MS } from './fleet.ts';
import { measured, peakMebibytes, type Taken } from './measured.ts';
import { askPython, MEASURED } from './python.ts';

const MOST_DIFFERENT_ROWS = 2_000;
/** Until pasts are full and the code is compiled. */
const WARM_UP_STEPS = 40;
const MEASURED_STEPS = 200;
const REPEATS = 20;

export interface ScoreReading {
  readonly nodes: number;
  readonly alarms: number;
  readonly wallMs: { readonly p50: number; readonly p99: number };
  readonly cpuMs: { readonly p50: number; readonly least: number };
  /** Of one alarm's explanation, which no step waits for longer than this. */
  readonly explanationMs: number;
  /** Of all lines of a step, which come one by one. */
  readonly parsingCpuMs: number;
  readonly peakMebibytes: number;
}

/** Scores a fleet for some hundred steps, of which some nodes are attacked. */
export async function measureScore(model: string, nodes: number, attacked: number): Promise<ScoreReading> {
  const detector = await openDetector(model);
  const { columns } = detector.candidate.plan;
  const places = columns.map((column) => COLUMN_NAMES.indexOf(column));
  const random = randomFrom(7);
  const some = (attack: (i: number) => number | undefined) =>
    Array.from({ length: MOST_DIFFERENT_ROWS }, (_, i) => {
      const values = rowValues(attack(i), random);
      return Float64Array.from(places, (place) => values[place] as number);
    });
  const [quiet, attacks] = [some(() => undefined), some((i) => i % 10)];
  const fleet = new FleetWatch(detector);
  const steps: Taken[] = [];
  const explanations: Taken[] = [];
  for (let step = 0; step < WARM_UP_STEPS + MEASURED_STEPS; step++) {
    const isUnderAttack = step >= WARM_UP_STEPS;
    const timeMs = START_MS + step * STEP_MS;
    const taken = await measured(async () => {
      for (let node = 0; node < nodes; node++) {
        const from = isUnderAttack && node < attacked ? attacks : quiet;
        const values = from[(node * 7 + step * 13) % MOST_DIFFERENT_ROWS] as Float64Array;
        fleet.take({ entity: { cluster: 'bench', node: `node-${node}` }, timeMs, values }, timeMs);
      }
      await fleet.score();
    });
    if (isUnderAttack) steps.push(taken);
    while (fleet.unexplained > 0) explanations.push(await measured(() => fleet.explainNext()));
  }
  const lines = Array.from({ length: nodes }, (_, i) => {
    const cells = columns.map((name, c) => {
      const value = quiet[i % MOST_DIFFERENT_ROWS]?.[c] as number;
      return [name, Number.isNaN(value) ? null : value];
    });
    const row = { timestamp: new Date(START_MS).toISOString(), cluster: 'bench', node: `node-${i}` };
    return JSON.stringify({ type: 'row', id: `${i}`, row: { ...row, ...Object.fromEntries(cells) } });
  });
  const parsing: Taken[] = [];
  for (let i = 0; i < REPEATS; i++)
    parsing.push(
      await measured(() => {
        for (const line of lines) parseLine(line, columns, 'node', START_MS);
      }),
    );
  const alarms = fleet.raised;
  await detector.close();
  const walls = steps.map(({ wallMs }) => wallMs);
  const cpus = steps.map(({ cpuMs }) => cpuMs);
  return {
    nodes,
    alarms,
    wallMs: {
      p50: median(walls),
      p99: walls.toSorted((a, b) => a - b)[Math.floor(0.99 * walls.length)] ?? Number.NaN,
    },
    cpuMs: { p50: median(cpus), least: Math.min(...cpus) },
    explanationMs: explanations.length === 0 ? 0 : median(explanations.map(({ wallMs }) => wallMs)),
    parsingCpuMs: median(parsing.map(({ cpuMs }) => cpuMs)),
    peakMebibytes: peakMebibytes(),
  };
}

/** What the models alone take for as many rows, by whom. */
export interface ModelsReading {
  readonly by: string;
  readonly treesCpuMs: number;
  readonly noveltyCpuMs: number;
  readonly peakMebibytes: number;
}

/** Inputs of rows at rest, as a detector makes them. */
function inputs(features: number, rows: number): Float32Array {
  const random = randomFrom(11);
  return new Float32Array(rows * features).map(() => 3 * (random() + random() + random() - 1.5));
}

async function repeated(work: () => Promise<unknown>): Promise<number> {
  const taken: Taken[] = [];
  for (let i = 0; i < REPEATS; i++) taken.push(await measured(work));
  return median(taken.map(({ cpuMs }) => cpuMs));
}

/** Ours, read back from the ONNX. */
export async function measureOwnModels(model: string, rows: number): Promise<ModelsReading> {
  const { openModels, sizesOf } = await import('../../detector/candidate/models.ts');
  const { readCandidate } = await import('../../detector/candidate/read.ts');
  const candidate = readCandidate(model);
  const { features } = sizesOf(candidate);
  const models = await openModels(candidate.onnx, sizesOf(candidate));
  const matrix = { rows, columns: features, values: inputs(features, rows) };
  return {
    by: 'kubevigil-detector',
    treesCpuMs: await repeated(() => models.classifier.run(matrix)),
    noveltyCpuMs: await repeated(() => models.novelty.run(matrix)),
    peakMebibytes: peakMebibytes(),
  };
}

/** The same ONNX by ONNX Runtime in WebAssembly. */
export async function measureRuntime(model: string, rows: number): Promise<ModelsReading> {
  const { readCandidate } = await import('../../detector/candidate/read.ts');
  const { onnx, model: file } = readCandidate(model);
  const features = file.features.length;
  const matrix = { rows, columns: features, values: inputs(features, rows) };
  const trees = await openSession(onnx.classifier, FEATURES, PROBABILITIES);
  const novelty = await openSession(onnx.novelty, FEATURES, NOVELTY);
  return {
    by: 'onnxruntime-web',
    treesCpuMs: await repeated(() => trees.run(matrix)),
    noveltyCpuMs: await repeated(() => novelty.run(matrix)),
    peakMebibytes: peakMebibytes(),
  };
}

/** And by Python's. */
export async function measurePythonRuntime(
  python: string,
  model: string,
  rows: number,
  folder: string,
): Promise<ModelsReading> {
  const { features } = JSON.parse(readFileSync(join(model, 'model.json'), 'utf8')) as { features: string[] };
  const file = join(folder, 'rows.f32');
  writeFileSync(file, Buffer.from(inputs(features.length, rows).buffer));
  const program = `${MEASURED}
import onnxruntime
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
rows = numpy.fromfile(${JSON.stringify(file)}, dtype=numpy.float32).reshape(${rows}, ${features.length})
def taken(name):
    session = onnxruntime.InferenceSession(${JSON.stringify(model)} + '/' + name + '.onnx', options)
    return median([cpu(lambda: session.run(None, {'${FEATURES}': rows})) for _ in range(${REPEATS})])
print(json.dumps({'by': 'Python onnxruntime ' + onnxruntime.__version__, 'treesCpuMs': taken('classifier'), 'noveltyCpuMs': taken('novelty'), 'peakMebibytes': peak()}))
`;
  return askPython<ModelsReading>(python, program, folder);
}
