/** Dense layers as they are applied without any library. */

/** A dense layer. */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** `[input * outputs + output]` */
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

/** One output of a layer where its values begin `at`: each product is added to the sum before. */
function output({ inputs, outputs, weights, biases }: Layer, values: Float64Array, at: number, to: number) {
  let sum = biases[to] as number;
  for (let i = 0; i < inputs; i++) sum += (values[at + i] as number) * (weights[i * outputs + to] as number);
  return sum;
}

/** Applies a layer to each of the places that values lie in, `step` from one to the next. */
export function dense(layer: Layer, values: Float64Array, places: number, step: number): Float64Array {
  const { inputs, outputs, weights, biases } = layer;
  const result = new Float64Array(places * outputs);
  for (let place = 0; place < places; place++) {
    const at = place * step;
    const own = result.subarray(place * outputs, (place + 1) * outputs);
    let to = 0;
    // Four sums at once do not wait for each other, which takes less than half the time; each is the same as alone.
    for (; to + 4 <= outputs; to += 4) {
      let a = biases[to] as number;
      let b = biases[to + 1] as number;
      let c = biases[to + 2] as number;
      let d = biases[to + 3] as number;
      for (let i = 0, weight = to; i < inputs; i++, weight += outputs) {
        const value = values[at + i] as number;
        a += value * (weights[weight] as number);
        b += value * (weights[weight + 1] as number);
        c += value * (weights[weight + 2] as number);
        d += value * (weights[weight + 3] as number);
      }
      own[to] = a;
      own[to + 1] = b;
      own[to + 2] = c;
      own[to + 3] = d;
    }
    for (; to < outputs; to++) own[to] = output(layer, values, at, to);
  }
  return result;
}

/** The values in their own place, negative ones as 0. */
export function relu(values: Float64Array): Float64Array {
  for (let i = 0; i < values.length; i++) values[i] = Math.max(0, values[i] as number);
  return values;
}

/** Two rows. */
export type Pair = readonly [Float64Array, Float64Array];

/** Outputs that are summed at once, of each of two rows. */
const BLOCK = 4;

/**
 * Applies a layer to two rows at once, pair after pair, in a third of the time that {@link dense} takes: its weights are put
 * in the order in which they are used, and each is read once for both rows. A row comes to the same beside any other.
 *
 * @returns a function whose result holds until it is called again; behind a row's outputs may be some that are 0
 */
export function pairLayer({ inputs, outputs, weights, biases }: Layer): (rows: Pair) => Pair {
  const width = Math.ceil(outputs / BLOCK) * BLOCK;
  const ordered = new Float64Array(width * inputs);
  for (let to = 0; to < outputs; to++) {
    const from = Math.floor(to / BLOCK) * inputs * BLOCK + (to % BLOCK);
    for (let i = 0; i < inputs; i++) ordered[from + i * BLOCK] = weights[i * outputs + to] as number;
  }
  const start = new Float64Array(width);
  start.set(biases);
  const result: Pair = [new Float64Array(width), new Float64Array(width)];
  const [ones, twos] = result;
  return ([one, two]) => {
    for (let to = 0, weight = 0; to < width; to += BLOCK) {
      let a1 = start[to] as number;
      let b1 = start[to + 1] as number;
      let c1 = start[to + 2] as number;
      let d1 = start[to + 3] as number;
      let a2 = a1;
      let b2 = b1;
      let c2 = c1;
      let d2 = d1;
      for (let i = 0; i < inputs; i++, weight += BLOCK) {
        const x1 = one[i] as number;
        const x2 = two[i] as number;
        const a = ordered[weight] as number;
        const b = ordered[weight + 1] as number;
        const c = ordered[weight + 2] as number;
        const d = ordered[weight + 3] as number;
        a1 += x1 * a;
        b1 += x1 * b;
        c1 += x1 * c;
        d1 += x1 * d;
        a2 += x2 * a;
        b2 += x2 * b;
        c2 += x2 * c;
        d2 += x2 * d;
      }
      ones[to] = a1;
      ones[to + 1] = b1;
      ones[to + 2] = c1;
      ones[to + 3] = d1;
      twos[to] = a2;
      twos[to + 1] = b2;
      twos[to + 2] = c2;
      twos[to + 3] = d2;
    }
    return result;
  };
}

/** Two rows with negative values as 0, in their own place. */
export function pairRelu(rows: Pair): Pair {
  relu(rows[0]);
  relu(rows[1]);
  return rows;
}
