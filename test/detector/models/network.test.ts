import { expect } from 'chai';
import { randomFrom } from '../../../common/random.ts';
import { descentRules } from '../../../detector/models/network/descent.ts';
import type { NetworkKind } from '../../../detector/models/network/network.ts';
import { networkProbabilities } from '../../../detector/models/network/network.ts';
import { NETWORK_PACE, trainNetwork } from '../../../detector/models/network/train.ts';
import { openSession } from '../../../detector/onnx/session.ts';

const SHAPE = { rows: 8, channels: 3 };
const COLUMNS = SHAPE.rows * SHAPE.channels;

/** Windows of three classes, told by the order of a rise and a fall in one channel, which no single row shows. */
function shapes(rows: number, seed: number) {
  const random = randomFrom(seed);
  const classes = Uint16Array.from({ length: rows }, (_, row) => row % 3);
  const values = new Float32Array(rows * COLUMNS).map(() => random() - 0.5);
  classes.forEach((own, row) => {
    const at = Math.floor(4 * random());
    const signs = own === 0 ? [0, 0] : own === 1 ? [3, -3] : [-3, 3];
    signs.forEach((sign, i) => {
      const place = row * COLUMNS + (at + 2 * i) * SHAPE.channels + 1;
      values[place] = (values[place] as number) + sign;
    });
  });
  return { inputs: { rows, columns: COLUMNS, values }, classes };
}

describe('networks on windows', () => {
  const [learned, others] = [shapes(3_000, 1), shapes(600, 2)];
  const rules = { rate: 1e-3, epochs: 10, patience: 3, seed: 5 };
  const train = (kind: NetworkKind, epochs = 10) =>
    trainNetwork(kind, SHAPE, learned, others, 3, { ...rules, epochs });

  it('are trained in a process that runs models, too', async () => {
    const refused = await openSession(new Uint8Array(3), 'a', 'b').then(String, String);
    expect(refused).to.match(/is no model/);
    expect((await train('cnn', 1)).loss).to.be.lessThan(2);
  });

  for (const kind of ['mlp', 'cnn'] as const) {
    it(`the ${kind} learns what only the order of rows tells`, async () => {
      const { network, loss } = await train(kind);
      const { values } = networkProbabilities(network, others.inputs);
      const right = [...others.classes].filter((own, row) => {
        const probabilities = values.subarray(3 * row, 3 * row + 3);
        return probabilities.indexOf(Math.max(...probabilities)) === own;
      });
      expect(right.length / others.classes.length).to.be.greaterThan(0.85);
      expect(loss).to.be.lessThan(0.5);
    });

    it(`the ${kind} is the same by the same seed`, async () => {
      const [one, same] = [await train(kind, 2), await train(kind, 2)];
      expect(same).to.deep.equal(one);
      const other = await trainNetwork(kind, SHAPE, learned, others, 3, { ...rules, epochs: 2, seed: 6 });
      expect(other).not.to.deep.equal(one);
    });
  }

  it('have more epochs where there are few windows, within bounds', () => {
    const epochs = [100, 20_000, 1_000_000].map((windows) => descentRules(NETWORK_PACE, windows, 1).epochs);
    expect(epochs).to.deep.equal([40, 13, 10]);
  });

  it('stop when other windows no longer gain', async () => {
    const noise = { inputs: learned.inputs, classes: learned.classes.map((_, row) => (row * 7) % 3) };
    const against = { inputs: others.inputs, classes: others.classes.map((own) => (own + 1) % 3) };
    let epochs = 0;
    const longer = { ...rules, epochs: 30, patience: 2 };
    await trainNetwork('mlp', SHAPE, noise, against, 3, longer, () => {
      epochs++;
    });
    expect(epochs).to.be.lessThan(30);
  });
});
