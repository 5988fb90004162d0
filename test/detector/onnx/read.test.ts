import { expect } from 'chai';
import fc from 'fast-check';
import { randomFrom } from '../../../common/random.ts';
import { openModels } from '../../../detector/candidate/models.ts';
import { layerSizes, type Network, networkProbabilities } from '../../../detector/models/network/network.ts';
import { fitPca } from '../../../detector/models/pca.ts';
import { onnxModel } from '../../../detector/onnx/model.ts';
import { networkGraph } from '../../../detector/onnx/network.ts';
import { readGraph } from '../../../detector/onnx/read-graph.ts';
import { readNetwork, readPca } from '../../../detector/onnx/read-network.ts';
import { readTrees } from '../../../detector/onnx/read-trees.ts';
import { reconstruction } from '../../../detector/onnx/reconstruction.ts';
import { treeEnsemble } from '../../../detector/onnx/tree-ensemble.ts';
import type { Matrix } from '../../../learning/base/matrix.ts';
import { GBDT_RULES, trainGbdt } from '../../../learning/models/gbdt/train.ts';
import { standardOf } from '../../../learning/models/standard.ts';
import { matrices } from '../support/matrices.ts';

const SHAPE = { rows: 6, channels: 2 };
const COLUMNS = SHAPE.rows * SHAPE.channels;
const CLASSES = 3;
const SIZES = { features: COLUMNS, window: SHAPE, classes: CLASSES };

function anyNetwork(kind: Network['kind'], inputs: Matrix, seed: number): Network {
  const random = randomFrom(seed);
  const values = (count: number) => new Float32Array(count).map(() => random() - 0.5);
  const layers = layerSizes(kind, SHAPE, CLASSES).map(([from, to]) => ({
    inputs: from,
    outputs: to,
    weights: values(from * to),
    biases: values(to),
  }));
  return { kind, shape: SHAPE, standard: standardOf(inputs), layers: layers as unknown as Network['layers'] };
}

function modelsOf(inputs: Matrix, seed: number, kind: Network['kind']) {
  const classes = new Uint16Array(inputs.rows).map((_, row) => row % CLASSES);
  const rules = { ...GBDT_RULES, rounds: 4, minHessian: 0.1, seed };
  const gbdt = trainGbdt({ inputs, classes }, undefined, CLASSES, rules);
  const network = anyNetwork(kind, inputs, seed);
  const pca = fitPca(inputs, [0, 2, 4, 5, 7]);
  const onnx = {
    classifier: onnxModel(treeEnsemble(gbdt, COLUMNS), 'test'),
    challenger: onnxModel(networkGraph(network), 'test'),
    novelty: onnxModel(reconstruction(pca, COLUMNS), 'test'),
  };
  return { gbdt, network, pca, onnx };
}

const kinds = fc.constantFrom('mlp' as const, 'cnn' as const);

describe('models read back from ONNX', () => {
  it('are those that were written', () => {
    fc.assert(
      fc.property(matrices(COLUMNS, 12, 30), fc.nat(), kinds, (inputs, seed, kind) => {
        const { gbdt, network, pca, onnx } = modelsOf(inputs, seed, kind);
        expect(readTrees(readGraph(onnx.classifier, 'features', 'probabilities'), COLUMNS)).to.deep.equal(
          gbdt,
        );
        const read = readNetwork(readGraph(onnx.challenger, 'windows', 'probabilities'), SHAPE, CLASSES);
        expect(networkProbabilities(read, inputs)).to.deep.equal(networkProbabilities(network, inputs));
        const { features, components } = readPca(readGraph(onnx.novelty, 'features', 'novelty'), COLUMNS);
        expect(features).to.deep.equal(pca.features);
        expect(components).to.deep.equal(pca.components);
      }),
      { numRuns: 25 },
    );
  });

  it('are refused in one line, or run within their bounds, whatever bytes are changed', async () => {
    const inputs = {
      rows: 30,
      columns: COLUMNS,
      values: new Float32Array(30 * COLUMNS).map((_, i) => (i * i) % 11),
    };
    const { onnx } = modelsOf(inputs, 3, 'cnn');
    const names = ['classifier', 'challenger', 'novelty'] as const;
    const change = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), change, fc.option(fc.nat()), async (name, changes, cut) => {
        const bytes = Uint8Array.from(onnx[name]);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const some = cut === null ? bytes : bytes.subarray(0, cut % bytes.length);
        try {
          const models = await openModels({ ...onnx, [name]: some }, SIZES);
          const found = await models[name].run(inputs);
          expect(found.values).to.have.length(inputs.rows * (name === 'novelty' ? 1 : CLASSES));
        } catch (error) {
          expect(error).to.be.instanceOf(Error);
          expect((error as Error).message).to.match(new RegExp(`^${name}.onnx `));
          expect((error as Error).message).not.to.include('\n');
        }
      }),
      { numRuns: 300 },
    );
  });
});
