/** What training takes: the network by windows and epochs, trees by rows, features and trees. */
import { randomFrom } from '../../common/random.ts';
import { trainNetwork } from '../../detector/models/network/train.ts';
import { GBDT_RULES, trainGbdt } from '../../learning/models/gbdt/train.ts';
import { measured, peakMebibytes } from './measured.ts';
import { askPython, MEASURED } from './python.ts';

export interface TrainingReading {
  readonly by: string;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMebibytes: number;
}

const WINDOW = { rows: 8, channels: 24 };
const CLASSES = 6;
const EPOCHS = 10;
/** Of windows that training could be stopped by. */
const VALIDATION_SHARE = 0.02;

/** Rows whose class shows in a few of their columns. */
function examples(rows: number, columns: number, classes: number, seed: number) {
  const random = randomFrom(seed);
  const values = new Float32Array(rows * columns);
  const own = new Uint16Array(rows);
  for (let row = 0; row < rows; row++) {
    own[row] = Math.floor(classes * random());
    for (let column = 0; column < columns; column++)
      values[row * columns + column] =
        random() + random() + random() - 1.5 + (column % 17 === own[row] ? 0.4 : 0);
  }
  return { inputs: { rows, columns, values }, classes: own };
}

/** The perceptron on so many windows of 8 rows of 24 channels, ten times over all of them. */
export async function measureNetwork(windows: number): Promise<TrainingReading> {
  const columns = WINDOW.rows * WINDOW.channels;
  const learned = examples(windows, columns, CLASSES, 1);
  const others = examples(Math.round(windows * VALIDATION_SHARE), columns, CLASSES, 2);
  const rules = { rate: 1e-3, epochs: EPOCHS, patience: EPOCHS, seed: 1 };
  const taken = await measured(() => trainNetwork('mlp', WINDOW, learned, others, CLASSES, rules));
  return { by: 'kubevigil-detector (jax-js)', ...taken, peakMebibytes: peakMebibytes() };
}

/** Two classes take two trees a round; all rows and columns count in each, so that the work is that of others. */
export async function measureTrees(rows: number, columns: number, trees: number): Promise<TrainingReading> {
  const learned = examples(rows, columns, 2, 3);
  const rules = { ...GBDT_RULES, rounds: trees / 2, rowShare: 1, columnShare: 1, seed: 1 };
  const taken = await measured(() => trainGbdt(learned, undefined, 2, rules));
  return { by: 'kubevigil-detector', ...taken, peakMebibytes: peakMebibytes() };
}

/** The same rows, leaves and bins by scikit-learn, which grows one tree a round. */
export async function measurePythonTrees(
  python: string,
  rows: number,
  columns: number,
  trees: number,
  folder: string,
): Promise<TrainingReading> {
  const program = `${MEASURED}
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier
random = numpy.random.default_rng(3)
classes = random.integers(0, 2, ${rows})
values = random.random((${rows}, ${columns}), dtype=numpy.float32)
values[:, ::17] += 0.1 * classes[:, None]
model = HistGradientBoostingClassifier(max_iter=${trees}, early_stopping=False, l2_regularization=${GBDT_RULES.l2}, max_leaf_nodes=${GBDT_RULES.maxLeaves}, learning_rate=${GBDT_RULES.shrinkage})
began = time.monotonic()
taken = cpu(lambda: model.fit(values, classes))
print(json.dumps({'by': 'scikit-learn ' + sklearn.__version__, 'wallMs': 1000 * (time.monotonic() - began), 'cpuMs': taken, 'peakMebibytes': peak()}))
`;
  return askPython<TrainingReading>(python, program, folder);
}
