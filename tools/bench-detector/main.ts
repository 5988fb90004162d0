/**
 * `npm run bench:detector`: what scoring and training take.
 *
 * - `score`: a step of 5,000 nodes from rows in memory to verdicts, at rest and with 64 nodes under attack; explaining one alarm; reading the lines
 * - `models`: the trees and the reconstruction alone, beside the same ONNX by ONNX Runtime in WebAssembly and in Python
 * - `serve`: the program beside a stream of 5,000 nodes: memory, CPU time a step, how soon a row is a metric
 * - `network`: 100,000 windows ten times over
 * - `trees`: 100 trees of 100,000 rows of 200 features, beside scikit-learn
 *
 * Each in a process of its own. Python's are left out where Python, or pip for its libraries, is not to be had. `--only PART` (repeatable), `--nodes N`, `--json FILE`.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { makeModelsFolder, writeCandidate } from '../../detector/candidate/write.ts';
import { train } from '../../detector/training/train.ts';
import { table } from '../bench/table.ts';
import { benchDataset } from './fleet.ts';
import { findPython } from './python.ts';
import { measureOwnModels, measurePythonRuntime, measureRuntime, measureScore } from './score.ts';
import { measureServe } from './serve.ts';
import { measureNetwork, measurePythonTrees, measureTrees } from './training.ts';

const run = promisify(execFile);
const say = (text: string) => process.stdout.write(`${text}\n`);

const ATTACKED = 64;
const WINDOWS = 100_000;
const TREES = { rows: 100_000, columns: 200, trees: 100 };
/** Of the dataset that the model is trained on. */
const TRAINED = { nodes: 8, rows: 1_200 };

/** What is measured in a process of its own, by name. */
const WAYS: Readonly<Record<string, (model: string, nodes: number, folder: string) => Promise<object>>> = {
  rest: (model, nodes) => measureScore(model, nodes, 0),
  attacked: (model, nodes) => measureScore(model, nodes, ATTACKED),
  own: (model, nodes) => measureOwnModels(model, nodes),
  runtime: (model, nodes) => measureRuntime(model, nodes),
  serve: measureServe,
  network: () => measureNetwork(WINDOWS),
  trees: () => measureTrees(TREES.rows, TREES.columns, TREES.trees),
};

interface Surroundings {
  readonly model: () => Promise<string>;
  readonly nodes: number;
  readonly folder: string;
  readonly python: () => Promise<string | undefined>;
}

async function apart(way: string, model: string, { nodes, folder }: Surroundings): Promise<object> {
  const self = fileURLToPath(import.meta.url);
  const { stdout } = await run(process.execPath, [self, 'way', way, model, String(nodes), folder]);
  return JSON.parse(stdout) as object;
}

/** Figures within figures as columns of a table. */
function flat(reading: object, before = ''): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(reading).flatMap(([name, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null
        ? Object.entries(flat(value, `${before}${name}.`))
        : [[`${before}${name}`, value as string | number]],
    ),
  );
}

async function withPython(
  { python }: Surroundings,
  act: (python: string) => Promise<object>,
): Promise<object[]> {
  const found = await python();
  return found === undefined ? [] : [await act(found)];
}

const PARTS: Readonly<Record<string, (around: Surroundings) => Promise<object[]>>> = {
  async score(around) {
    const model = await around.model();
    return [await apart('rest', model, around), await apart('attacked', model, around)];
  },
  async models(around) {
    const model = await around.model();
    const own = [await apart('own', model, around), await apart('runtime', model, around)];
    const { nodes, folder } = around;
    return [
      ...own,
      ...(await withPython(around, (python) => measurePythonRuntime(python, model, nodes, folder))),
    ];
  },
  serve: async (around) => [await apart('serve', await around.model(), around)],
  network: async (around) => [await apart('network', '', around)],
  async trees(around) {
    const { rows, columns, trees } = TREES;
    return [
      await apart('trees', '', around),
      ...(await withPython(around, (python) =>
        measurePythonTrees(python, rows, columns, trees, around.folder),
      )),
    ];
  },
};

/** Does something once, when it is first asked for. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

async function bench(nodes: number, only: readonly string[], json: string | undefined): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kubevigil-bench-'));
  try {
    const load = loadavg()[0]?.toFixed(1);
    say(
      `Linux ${release()}, ${availableParallelism()} CPUs, Node ${process.versions.node}, load ${load}; medians, unless it is said otherwise\n`,
    );
    const around: Surroundings = {
      nodes,
      folder,
      python: once(() =>
        findPython(join(folder, 'python'), (reason) => say(`without Python's: ${reason}\n`)),
      ),
      model: once(async () => {
        const { name, contents, model } = await train(
          [benchDataset(TRAINED.nodes, TRAINED.rows)],
          1,
          () => {},
        );
        const { classes, columns, models } = model;
        say(
          `model: ${columns.length} columns, ${classes.length} classes, ${models.classifier.rounds} rounds of trees\n`,
        );
        const place = join(folder, 'models');
        makeModelsFolder(place);
        return writeCandidate(place, name, contents);
      }),
    };
    const results: Record<string, unknown> = { nodes, load };
    for (const [name, part] of Object.entries(PARTS)) {
      if (!only.includes(name)) continue;
      const readings = await part(around);
      results[name] = readings;
      say(`${name}\n${table(readings.map((reading) => flat(reading)))}\n`);
    }
    say(`load afterwards ${loadavg()[0]?.toFixed(1)}`);
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values, positionals } = parseArgs({
  options: {
    nodes: { type: 'string', default: '5000' },
    only: { type: 'string', multiple: true, default: Object.keys(PARTS) },
    json: { type: 'string' },
  },
  allowPositionals: true,
});
const [command, way = '', model = '', nodes = '', folder = ''] = positionals;
const unknown = values.only.find((name) => !(name in PARTS));
if (command === 'way') {
  say(JSON.stringify(await WAYS[way]?.(model, Number(nodes), folder)));
  // The runtimes' threads would keep the process.
  process.exit();
} else if (unknown !== undefined || !/^[1-9]\d{0,4}$/.test(values.nodes)) {
  process.stderr.write(
    `bench:detector: --only takes ${Object.keys(PARTS).join(', ')}; --nodes a number up to 99999\n`,
  );
  process.exitCode = 2;
} else {
  await bench(Number(values.nodes), values.only, values.json);
}
