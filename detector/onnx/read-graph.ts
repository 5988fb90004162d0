/** Reads back what {@link onnxModel} has written: operators with their attributes, and constants. */
import { messageOf } from '../../common/errors.ts';
import type { Standard } from '../../learning/models/standard.ts';
import { type Graph, onnxModel } from './model.ts';
import { fieldsOf, unpackedFloats, unpackedIntegers } from './wire.ts';

/** Numbers of fields in ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto and ValueInfoProto. */
const MODEL = { producer: 2, graph: 7 } as const;
const GRAPH = { node: 1, name: 2, constant: 5, input: 11, output: 12 } as const;
const NODE = { operator: 4, attribute: 5 } as const;
const ATTRIBUTE = { name: 1, integer: 3, floats: 7, integers: 8, texts: 9 } as const;
const TENSOR = { shape: 1, integers: 7, name: 8, raw: 9 } as const;
const PORT = { name: 1 } as const;

interface ReadNode {
  readonly operator: string;
  readonly integer: ReadonlyMap<string, number>;
  readonly integers: ReadonlyMap<string, readonly number[]>;
  readonly floats: ReadonlyMap<string, Float32Array>;
  readonly texts: ReadonlyMap<string, readonly string[]>;
}

interface ReadTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | readonly number[];
}

export interface ReadGraph {
  /** The whole model. */
  readonly bytes: Uint8Array;
  /** What wrote it. */
  readonly producer: string;
  readonly name: string;
  readonly nodes: readonly ReadNode[];
  readonly constants: ReadonlyMap<string, ReadTensor>;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** The messages, texts or packed numbers that a field holds. */
function parts(bytes: Uint8Array, wanted: number): Uint8Array[] {
  return [...fieldsOf(bytes)].flatMap(({ field, value }) =>
    field === wanted && typeof value !== 'number' ? [value] : [],
  );
}

function textOf(bytes: Uint8Array, field: number): string {
  return parts(bytes, field)
    .map((value) => decoder.decode(value))
    .join();
}

function nodeOf(bytes: Uint8Array): ReadNode {
  const integer = new Map<string, number>();
  const integers = new Map<string, readonly number[]>();
  const floats = new Map<string, Float32Array>();
  const texts = new Map<string, readonly string[]>();
  for (const attribute of parts(bytes, NODE.attribute)) {
    const name = textOf(attribute, ATTRIBUTE.name);
    const own: string[] = [];
    for (const { field, value } of fieldsOf(attribute)) {
      if (typeof value === 'number') {
        if (field === ATTRIBUTE.integer) integer.set(name, value);
      } else if (field === ATTRIBUTE.floats) floats.set(name, unpackedFloats(value));
      else if (field === ATTRIBUTE.integers) integers.set(name, unpackedIntegers(value));
      else if (field === ATTRIBUTE.texts) own.push(decoder.decode(value));
    }
    if (own.length > 0) texts.set(name, own);
  }
  return { operator: textOf(bytes, NODE.operator), integer, integers, floats, texts };
}

function tensorOf(bytes: Uint8Array): [string, ReadTensor] {
  const shape = parts(bytes, TENSOR.shape).flatMap(unpackedIntegers);
  const [raw] = parts(bytes, TENSOR.raw);
  const values =
    raw === undefined ? parts(bytes, TENSOR.integers).flatMap(unpackedIntegers) : unpackedFloats(raw);
  if (shape.reduce((product, size) => product * size, 1) !== values.length)
    throw new RangeError('a constant is not of its shape');
  return [textOf(bytes, TENSOR.name), { shape, values }];
}

function graphOf(bytes: Uint8Array): ReadGraph & { readonly ports: string } {
  const [graph] = parts(bytes, MODEL.graph);
  if (graph === undefined) throw new RangeError('it has no graph');
  const ports = [GRAPH.input, GRAPH.output].map((field) =>
    parts(graph, field)
      .map((port) => textOf(port, PORT.name))
      .join(),
  );
  return {
    bytes,
    producer: textOf(bytes, MODEL.producer),
    name: textOf(graph, GRAPH.name),
    nodes: parts(graph, GRAPH.node).map(nodeOf),
    constants: new Map(parts(graph, GRAPH.constant).map(tensorOf)),
    ports: ports.join(' and give '),
  };
}

/**
 * Reads a model.
 *
 * @param output its name
 * @throws {Error} for bytes that are no model, or a model of other inputs and outputs
 */
export function readGraph(bytes: Uint8Array, input: string, output: string): ReadGraph {
  let graph: ReturnType<typeof graphOf>;
  try {
    graph = graphOf(bytes);
  } catch (error) {
    throw new Error(`is no model that can be run: ${messageOf(error)}`, { cause: error });
  }
  const wanted = `${input} and give ${output}`;
  if (graph.ports !== wanted) throw new Error(`does not take ${wanted}`);
  return graph;
}

/**
 * Throws unless a model is as it is written here; whoever wants to run others has the runtime.
 *
 * @throws {Error}
 */
export function checked(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`is no model as kubevigil-detector writes it: ${what}`);
}

/** The floats of a constant of a known shape. */
export function floatsOf({ constants }: ReadGraph, name: string, shape: readonly number[]): Float32Array {
  const tensor = constants.get(name);
  const isThere = tensor?.values instanceof Float32Array && tensor.shape.join() === shape.join();
  checked(isThere, `it has no ${name} of ${shape.join(' × ')}`);
  const values = tensor.values as Float32Array;
  checked(values.every(Number.isFinite), `its ${name} are not all numbers`);
  return values;
}

/** What makes its columns comparable. */
export function standardOf(graph: ReadGraph, columns: number): Standard {
  const deviations = floatsOf(graph, 'deviations', [columns]);
  checked(
    deviations.every((deviation) => deviation > 0),
    'its deviations are not all above 0',
  );
  return { means: floatsOf(graph, 'means', [columns]), deviations };
}

/**
 * Throws unless a model is, byte by byte, what is written of what was read of it: other operators, other wires between
 * them, constants that nothing reads or anything behind it would be another model for another runtime.
 *
 * @throws {Error}
 */
export function checkWritten({ bytes, producer }: ReadGraph, wanted: Graph): void {
  checked(
    Buffer.compare(bytes, onnxModel(wanted, producer)) === 0,
    'it has other operators or more than that',
  );
}
