import { expect } from 'chai';
import fc from 'fast-check';
import { type ModelSizes, openModels } from '../../../detector/candidate/models.ts';
import { networkProbabilities } from '../../../detector/models/network/network.ts';
import type { Novelty } from '../../../detector/models/novelty.ts';
import { fitPca } from '../../../detector/models/pca.ts';
import { type Graph, type Node, onnxModel } from '../../../detector/onnx/model.ts';
import { networkGraph } from '../../../detector/onnx/network.ts';
import { readGraph } from '../../../detector/onnx/read-graph.ts';
import { readNetwork } from '../../../detector/onnx/read-network.ts';
import { readReconstruction } from '../../../detector/onnx/read-reconstruction.ts';
import { readTrees } from '../../../detector/onnx/read-trees.ts';
import { reconstruction } from '../../../detector/onnx/reconstruction.ts';
import { treeEnsemble } from '../../../detector/onnx/tree-ensemble.ts';
import type { Matrix } from '../../../learning/base/matrix.ts';
import { GBDT_RULES, trainGbdt } from '../../../learning/models/gbdt/train.ts';
import { matrices } from '../support/matrices.ts';
import { anyAutoencoder, anyNetwork } from '../support/networks.ts';

const SHAPE = { rows: 6, channels: 2 };
const COLUMNS = SHAPE.rows * SHAPE.channels;
const CLASSES = 3;

type Kinds = ModelSizes['kinds'];

function modelsOf(inputs: Matrix, seed: number, { challenger, novelty: kind }: Kinds) {
  const classes = new Uint16Array(inputs.rows).map((_, row) => row % CLASSES);
  const rules = { ...GBDT_RULES, rounds: 4, minHessian: 0.1, seed };
  const gbdt = trainGbdt({ inputs, classes }, undefined, CLASSES, rules);
  const network = anyNetwork(challenger, SHAPE, CLASSES, inputs, seed);
  const features = [0, 2, 4, 5, 7];
  const novelty = kind === 'pca' ? fitPca(inputs, features) : anyAutoencoder(inputs, features, seed);
  const graphs = {
    classifier: treeEnsemble(gbdt, COLUMNS),
    challenger: networkGraph(network),
    novelty: reconstruction(novelty, COLUMNS),
  };
  const onnx = {
    classifier: onnxModel(graphs.classifier, 'test'),
    challenger: onnxModel(graphs.challenger, 'test'),
    novelty: onnxModel(graphs.novelty, 'test'),
  };
  return { gbdt, network, novelty, graphs, onnx };
}

const sizes = (kinds: Kinds): ModelSizes => ({ features: COLUMNS, window: SHAPE, classes: CLASSES, kinds });
const anyKinds: fc.Arbitrary<Kinds> = fc.record({
  challenger: fc.constantFrom('mlp' as const, 'cnn' as const),
  novelty: fc.constantFrom('pca' as const, 'autoencoder' as const),
});

describe('models read back from ONNX', () => {
  it('are those that were written', () => {
    fc.assert(
      fc.property(matrices(COLUMNS, 12, 30), fc.nat(), anyKinds, (inputs, seed, kinds) => {
        const { gbdt, network, novelty, onnx } = modelsOf(inputs, seed, kinds);
        expect(readTrees(readGraph(onnx.classifier, 'features', 'probabilities'), COLUMNS)).to.deep.equal(
          gbdt,
        );
        const read = readNetwork(readGraph(onnx.challenger, 'windows', 'probabilities'), SHAPE, CLASSES);
        expect(networkProbabilities(read, inputs)).to.deep.equal(networkProbabilities(network, inputs));
        const own = readReconstruction(readGraph(onnx.novelty, 'features', 'novelty'), COLUMNS);
        expect(own).to.deep.equal(novelty);
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
    const kinds: readonly Kinds[] = [
      { challenger: 'cnn', novelty: 'autoencoder' },
      { challenger: 'mlp', novelty: 'pca' },
    ];
    const written = kinds.map((own) => ({ own, onnx: modelsOf(inputs, 3, own).onnx }));
    const names = ['classifier', 'challenger', 'novelty'] as const;
    const change = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...written),
        fc.constantFrom(...names),
        change,
        fc.option(fc.nat()),
        async ({ own, onnx }, name, changes, cut) => {
          const bytes = Uint8Array.from(onnx[name]);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          const some = cut === null ? bytes : bytes.subarray(0, cut % bytes.length);
          try {
            const models = await openModels({ ...onnx, [name]: some }, sizes(own));
            const found = await models[name].run(inputs);
            expect(found.values).to.have.length(inputs.rows * (name === 'novelty' ? 1 : CLASSES));
          } catch (error) {
            expect(error).to.be.instanceOf(Error);
            expect((error as Error).message).to.match(new RegExp(`^${name}.onnx `));
            expect((error as Error).message).not.to.include('\n');
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('are refused when anything but their numbers is another: operators, wires, settings, constants, ports, what stands behind', async () => {
    const inputs = {
      rows: 30,
      columns: COLUMNS,
      values: new Float32Array(30 * COLUMNS).map((_, i) => (i * i) % 11),
    };
    const names = ['classifier', 'challenger', 'novelty'] as const;
    await fc.assert(
      fc.asyncProperty(anyKinds, fc.constantFrom(...names), fc.nat(), async (kinds, name, place) => {
        const { graphs, onnx } = modelsOf(inputs, 5, kinds);
        const graph: Graph = graphs[name];
        const node = graph.nodes[place % graph.nodes.length] as Node;
        const changed = (own: Partial<Node>): Graph => ({
          ...graph,
          nodes: graph.nodes.map((each) => (each === node ? { ...each, ...own } : each)),
        });
        const extra = { name: 'more', shape: [1], values: [1], type: 'float' as const };
        const others: Uint8Array[] = [
          changed({ operator: 'Tanh' }),
          changed({ inputs: node.inputs.toReversed().concat('more') }),
          changed({ outputs: ['elsewhere'] }),
          changed({ attributes: { ...node.attributes, alpha: { float: 2 } } }),
          changed({ isMl: node.isMl !== true }),
          { ...graph, nodes: [...graph.nodes, node] },
          { ...graph, constants: [...graph.constants, extra] },
          { ...graph, input: { ...graph.input, shape: [COLUMNS + 1] } },
        ].map((other) => onnxModel(other, 'test'));
        others.push(Buffer.concat([onnx[name], Buffer.from([8, 1])]));
        for (const [i, bytes] of others.entries()) {
          const refused = await openModels({ ...onnx, [name]: bytes }, sizes(kinds)).then(
            () => `taken: ${i}`,
            (error: Error) => error.message,
          );
          expect(refused).to.match(
            new RegExp(`^${name}.onnx is no model as kubevigil-detector writes it: .+$`),
          );
        }
      }),
      { numRuns: 40 },
    );
  });

  it('are refused when they are of another kind, look at nothing, or hold what is no number', async () => {
    const inputs = {
      rows: 30,
      columns: COLUMNS,
      values: new Float32Array(30 * COLUMNS).map((_, i) => (i * i) % 11),
    };
    const kinds: Kinds = { challenger: 'mlp', novelty: 'autoencoder' };
    const { novelty, onnx } = modelsOf(inputs, 5, kinds);
    const refusal = async (own: Novelty, wanted: Kinds = kinds) => {
      const written = { ...onnx, novelty: onnxModel(reconstruction(own, COLUMNS), 'test') };
      return openModels(written, sizes(wanted)).then(
        () => 'taken',
        (error: Error) => error.message.slice(error.message.indexOf(': ') + 2),
      );
    };
    if (novelty.kind !== 'autoencoder') throw new Error('it is no autoencoder');
    expect(await refusal(novelty)).to.equal('taken');
    expect(await refusal(novelty, { ...kinds, novelty: 'pca' })).to.equal('it is no pca');
    expect(await refusal(novelty, { ...kinds, challenger: 'cnn' })).to.equal('it is no cnn');
    expect(await refusal({ ...novelty, features: [0, 1, 2, 3, COLUMNS] })).to.match(/features/);
    expect(await refusal({ ...novelty, features: [] })).to.match(/looks at no features/);
    expect(await refusal({ ...novelty, misses: novelty.misses.with(1, 0) })).to.match(/misses/);
    expect(await refusal({ ...novelty, misses: novelty.misses.with(1, Number.NaN) })).to.match(/misses/);
    const { standard } = novelty;
    const deviations = standard.deviations.with(0, -1);
    expect(await refusal({ ...novelty, standard: { ...standard, deviations } })).to.match(/deviations/);
    const means = standard.means.with(0, Number.POSITIVE_INFINITY);
    expect(await refusal({ ...novelty, standard: { ...standard, means } })).to.match(/means/);
  });
});
