/** Trains on few and then on many windows, in a process that nothing else has trained in; prints by how many pages of WebAssembly's memory each made it grow. */
import { randomFrom } from '../../../common/random.ts';
import type { NetworkKind } from '../../../detector/models/network/network.ts';
import { trainNetwork } from '../../../detector/models/network/train.ts';

const SHAPE = { rows: 8, channels: 6 };
const BATCHES = { few: 2, many: 40 };
const BATCH = 256;

function examples(rows: number) {
  const random = randomFrom(rows);
  const columns = SHAPE.rows * SHAPE.channels;
  const values = new Float32Array(rows * columns).map(() => random());
  return { inputs: { rows, columns, values }, classes: new Uint16Array(rows).map((_, row) => row % 3) };
}

/** What this needs of WebAssembly, whose types are those of browsers. */
interface Memory {
  grow(pages: number): number;
}
const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: { prototype: Memory } } }).WebAssembly;
const { grow } = Memory.prototype;
let grown = 0;
Memory.prototype.grow = function (pages) {
  grown += pages;
  return grow.call(this, pages);
};

const kind = process.argv[2] as NetworkKind;
const others = examples(64);
const pages: number[] = [];
for (const batches of [BATCHES.few, BATCHES.many]) {
  grown = 0;
  const rules = { rate: 1e-3, epochs: 3, patience: 3, seed: 1 };
  await trainNetwork(kind, SHAPE, examples(batches * BATCH), others, 3, rules);
  pages.push(grown);
}
process.stdout.write(`${JSON.stringify(pages)}\n`);
