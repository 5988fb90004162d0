import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { randomFrom } from '../../../common/random.ts';
import { isNear } from '../../../detector/candidate/models.ts';
import { networkProbabilities } from '../../../detector/models/network/network.ts';
import { noveltyErrorsOf } from '../../../detector/models/novelty.ts';
import { fitPca } from '../../../detector/models/pca.ts';
import { type Graph, onnxModel } from '../../../detector/onnx/model.ts';
import { networkGraph } from '../../../detector/onnx/network.ts';
import { reconstruction } from '../../../detector/onnx/reconstruction.ts';
import { openSession } from '../../../detector/onnx/session.ts';
import { treeEnsemble } from '../../../detector/onnx/tree-ensemble.ts';
import type { Matrix } from '../../../learning/base/matrix.ts';
import { GBDT_RULES, gbdtProbabilities, trainGbdt } from '../../../learning/models/gbdt/train.ts';
import { python } from '../../builder/support/python.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { matrices } from '../support/matrices.ts';
import { anyAutoencoder, anyNetwork } from '../support/networks.ts';

const SHAPE = { rows: 6, channels: 2 };
const COLUMNS = SHAPE.rows * SHAPE.channels;
const CLASSES = 3;
const TOLERANCE = 1e-5;

/** Models of one training set, with what they give themselves. */
function modelsOf(inputs: Matrix, seed: number): { graph: Graph; own: (rows: Matrix) => Matrix }[] {
  const random = randomFrom(seed);
  const classes = new Uint16Array(inputs.rows).map((_, row) =>
    row < CLASSES ? row : Math.floor(CLASSES * random()),
  );
  const examples = { inputs, classes };
  const rules = { ...GBDT_RULES, rounds: 6, minHessian: 0.1, seed };
  const gbdt = trainGbdt(examples, undefined, CLASSES, rules);
  const networks = (['mlp', 'cnn'] as const).map((kind) => anyNetwork(kind, SHAPE, CLASSES, inputs, seed));
  const novelties = [fitPca(inputs, [0, 2, 4]), anyAutoencoder(inputs, [1, 3, 4, 7], seed)];
  return [
    { graph: treeEnsemble(gbdt, COLUMNS), own: (rows) => gbdtProbabilities(gbdt, rows) },
    ...networks.map((network) => ({
      graph: networkGraph(network),
      own: (rows: Matrix) => networkProbabilities(network, rows),
    })),
    ...novelties.map((novelty) => ({
      graph: reconstruction(novelty, COLUMNS),
      own: noveltyErrorsOf(novelty),
    })),
  ];
}

async function run(graph: Graph, rows: Matrix): Promise<Matrix> {
  const session = await openSession(onnxModel(graph, 'test'), graph.input.name, graph.output.name);
  try {
    return await session.run(rows);
  } finally {
    await session.close();
  }
}

describe('models as ONNX', () => {
  const newFolder = temporaryFolder();

  it('give what the models give that they were written from, missing values too', async () => {
    await fc.assert(
      fc.asyncProperty(
        matrices(COLUMNS, 12, 40),
        matrices(COLUMNS, 1, 20),
        fc.nat(),
        async (learned, rows, seed) => {
          for (const { graph, own } of modelsOf(learned, seed)) {
            const found = await run(graph, rows);
            const wanted = own(rows);
            const said = `${graph.name}: ${found.values}, not ${wanted.values}`;
            expect(isNear(found.values, wanted.values, TOLERANCE), said).to.equal(true);
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('give the same in Python, whose onnx finds nothing wrong with them', async function () {
    const folder = newFolder();
    const random = randomFrom(4);
    const values = new Float32Array(60 * COLUMNS).map(() => (random() < 0.1 ? Number.NaN : random()));
    const rows = { rows: 60, columns: COLUMNS, values };
    const models = modelsOf(rows, 9);
    for (const { graph } of models)
      writeFileSync(join(folder, `${graph.name}.onnx`), onnxModel(graph, 'test'));
    const lists = (matrix: Matrix) =>
      Array.from({ length: matrix.rows }, (_, row) =>
        Array.from(matrix.values.subarray(row * matrix.columns, (row + 1) * matrix.columns), (value) =>
          Number.isNaN(value) ? null : value,
        ),
      );
    const wanted = Object.fromEntries(models.map(({ graph, own }) => [graph.name, lists(own(rows))]));
    writeFileSync(join(folder, 'rows.json'), JSON.stringify({ rows: lists(rows), wanted }));
    const program = `
import json, numpy, onnx, onnxruntime
session = onnxruntime.InferenceSession
given = json.load(open('rows.json'))
rows = numpy.array([[numpy.nan if v is None else v for v in r] for r in given['rows']], dtype=numpy.float32)
for name, wanted in given['wanted'].items():
    onnx.checker.check_model(f'{name}.onnx', full_check=True)
    found = session(f'{name}.onnx').run(None, {session(f'{name}.onnx').get_inputs()[0].name: rows})[0]
    print(name, bool(numpy.allclose(found, wanted, rtol=${TOLERANCE}, atol=${TOLERANCE})))
`;
    const said = await python(this, ['numpy', 'onnx', 'onnxruntime'], program, [], folder);
    expect(said.trim().split('\n')).to.deep.equal([
      'gbdt True',
      'mlp True',
      'cnn True',
      'pca True',
      'autoencoder True',
    ]);
  });

  it('are refused when they are cut short, or are something else', async () => {
    const [model] = modelsOf(
      { rows: 12, columns: COLUMNS, values: new Float32Array(12 * COLUMNS).map((_, i) => i % 7) },
      1,
    );
    if (model === undefined) throw new Error('there is no model');
    const bytes = onnxModel(model.graph, 'test');
    const refused = async (some: Uint8Array, input = 'features') => {
      try {
        await openSession(some, input, 'probabilities');
      } catch (error) {
        return String(error);
      }
      return 'taken';
    };
    expect(await refused(bytes.subarray(0, bytes.length / 2))).to.match(/is no model that can be run/);
    expect(await refused(Buffer.from('no model'))).to.match(/is no model that can be run/);
    expect(await refused(bytes, 'windows')).to.match(/does not take windows/);
    expect(await refused(bytes)).to.equal('taken');
  });
});
