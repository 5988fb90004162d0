/**
 * Models in the Open Neural Network Exchange format, as protocol buffers.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto for the fields' numbers
 */
import { float, floats, integer, integers, littleEndian, message, text } from './wire.ts';

const IR_VERSION = 8;
/** Both are read by every ONNX Runtime since 1.13. */
const OPSET = 17;
const ML_OPSET = 3;
const ML_DOMAIN = 'ai.onnx.ml';

const FLOAT = 1;
const INT64 = 7;

const ATTRIBUTE = { float: 1, integer: 2, text: 3, floats: 6, integers: 7, texts: 8 } as const;

/** A setting of an operator. */
type Attribute =
  | { readonly float: number }
  | { readonly integer: number }
  | { readonly text: string }
  | { readonly floats: ArrayLike<number> }
  | { readonly integers: ArrayLike<number> }
  | { readonly texts: readonly string[] };

/** An operator with what goes in and comes out, by name. */
export interface Node {
  readonly operator: string;
  /** Of `ai.onnx.ml` rather than of the standard operators. */
  readonly isMl?: boolean;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** A constant. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
  readonly type: 'float' | 'int64';
}

/** Something of float32 that goes in or comes out; the first dimension is the rows, of which there may be any number. */
interface Port {
  readonly name: string;
  /** Dimensions behind the rows. */
  readonly shape: readonly number[];
}

export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly constants: readonly Tensor[];
  readonly input: Port;
  readonly output: Port;
}

function attributeBytes(name: string, attribute: Attribute): Uint8Array {
  const kind = (type: number) => integer(20, type);
  const named = (...parts: Uint8Array[]) => Buffer.concat([text(1, name), ...parts]);
  if ('float' in attribute) return named(float(2, attribute.float), kind(ATTRIBUTE.float));
  if ('integer' in attribute) return named(integer(3, attribute.integer), kind(ATTRIBUTE.integer));
  if ('text' in attribute) return named(text(4, attribute.text), kind(ATTRIBUTE.text));
  if ('floats' in attribute) return named(floats(7, attribute.floats), kind(ATTRIBUTE.floats));
  if ('integers' in attribute) return named(integers(8, attribute.integers), kind(ATTRIBUTE.integers));
  return named(...attribute.texts.map((each) => text(9, each)), kind(ATTRIBUTE.texts));
}

function nodeBytes({ operator, isMl = false, inputs, outputs, attributes = {} }: Node): Uint8Array {
  return Buffer.concat([
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, operator),
    ...Object.entries(attributes).map(([name, each]) => message(5, attributeBytes(name, each))),
    ...(isMl ? [text(7, ML_DOMAIN)] : []),
  ]);
}

function tensorBytes({ name, shape, values, type }: Tensor): Uint8Array {
  return Buffer.concat([
    integers(1, shape),
    integer(2, type === 'float' ? FLOAT : INT64),
    text(8, name),
    type === 'float' ? message(9, littleEndian(values)) : integers(7, values),
  ]);
}

function portBytes({ name, shape }: Port): Uint8Array {
  const dimensions = [text(2, 'rows'), ...shape.map((size) => integer(1, size))];
  const tensor = Buffer.concat([
    integer(1, FLOAT),
    message(2, Buffer.concat(dimensions.map((each) => message(1, each)))),
  ]);
  return Buffer.concat([text(1, name), message(2, message(1, tensor))]);
}

/** The bytes of a model with one input and one output. */
export function onnxModel({ name, nodes, constants, input, output }: Graph, producer: string): Uint8Array {
  const graph = Buffer.concat([
    ...nodes.map((node) => message(1, nodeBytes(node))),
    text(2, name),
    ...constants.map((constant) => message(5, tensorBytes(constant))),
    message(11, portBytes(input)),
    message(12, portBytes(output)),
  ]);
  return Buffer.concat([
    integer(1, IR_VERSION),
    text(2, producer),
    message(7, graph),
    message(8, integer(2, OPSET)),
    message(8, Buffer.concat([text(1, ML_DOMAIN), integer(2, ML_OPSET)])),
  ]);
}
