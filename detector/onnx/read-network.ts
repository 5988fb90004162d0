/** Reads networks back from their ONNX. */
import type { Layer } from '../models/network/layer.ts';
import { KERNEL, layerSizes, type Network, type WindowShape } from '../models/network/network.ts';
import { networkGraph } from './network.ts';
import { checked, checkWritten, floatsOf, type ReadGraph, standardOf } from './read-graph.ts';

/** The other way round than {@link networkGraph} turns it. */
function unfolded(values: Float32Array, inputs: number, outputs: number): Float32Array {
  const channels = inputs / KERNEL;
  const weights = new Float32Array(values.length);
  for (let to = 0; to < outputs; to++)
    for (let channel = 0; channel < channels; channel++)
      for (let at = 0; at < KERNEL; at++)
        weights[(at * channels + channel) * outputs + to] = values[
          (to * channels + channel) * KERNEL + at
        ] as number;
  return weights;
}

/**
 * Reads a network on windows.
 *
 * @throws {Error} for a graph that is something else
 */
export function readNetwork(graph: ReadGraph, shape: WindowShape, classes: number): Network {
  const kind = (['mlp', 'cnn'] as const).find((each) => each === graph.name);
  checked(kind !== undefined, 'it is no network');
  const layers = layerSizes(kind, shape, classes).map(([inputs, outputs], i): Layer => {
    const name = ['first', 'second', 'last'][i] as string;
    const isConvolution = kind === 'cnn' && name !== 'last';
    const own = floatsOf(
      graph,
      `${name}_weights`,
      isConvolution ? [outputs, inputs / KERNEL, KERNEL] : [inputs, outputs],
    );
    const weights = isConvolution ? unfolded(own, inputs, outputs) : own;
    return { inputs, outputs, weights, biases: floatsOf(graph, `${name}_biases`, [outputs]) };
  });
  const standard = standardOf(graph, shape.rows * shape.channels);
  const network: Network = { kind, shape, standard, layers: layers as unknown as Network['layers'] };
  checkWritten(graph, networkGraph(network));
  return network;
}
