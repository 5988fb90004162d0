import { expect } from 'chai';
import { type Detector, openDetector } from '../../../detector/candidate/detector.ts';
import { writeCandidate } from '../../../detector/candidate/write.ts';
import { evaluate } from '../../../detector/evaluation/evaluate.ts';
import { openSession } from '../../../detector/onnx/session.ts';
import { type Trained, train } from '../../../detector/training/train.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { curvedDataset } from '../support/curved.ts';
import { matrixOf } from '../support/matrices.ts';

describe('a candidate whose normal rows lie on a curve', function () {
  this.timeout(600_000);
  const newFolder = temporaryFolder();
  let trained: Trained;
  let detector: Detector;

  before(async () => {
    trained = await train([curvedDataset()], 2, () => {});
    detector = await openDetector(writeCandidate(newFolder(), trained.name, trained.contents));
  });

  after(async () => {
    await detector?.close();
  });

  it('is served by the autoencoder, with the verdict in model.json and in the card', () => {
    const { novelty } = trained.model.models;
    expect(novelty.kind, novelty.choice.reason).to.equal('autoencoder');
    expect(novelty.choice.interval?.[0]).to.be.greaterThan(0);
    expect(novelty.choice.byClass.map(({ label }) => label)).to.deep.equal(['implant', 'scan']);
    const card = Buffer.from(trained.contents['MODEL_CARD.md']).toString();
    expect(card).to.include(`\`novelty.onnx\` holds ${novelty.choice.reason}.`);
    expect(card).to.match(/^\| `scan` \| \d+ \| 0\.\d\d \| 0\.\d\d \|$/m);
  });

  it('holds windows with outputs, which ONNX Runtime gives too', async () => {
    const { golden } = detector.candidate;
    const rows = matrixOf(golden.map(({ features }) => features.map((value) => value ?? Number.NaN)));
    const session = await openSession(trained.contents['novelty.onnx'], 'features', 'novelty');
    try {
      const { values } = await session.run(rows);
      golden.forEach(({ novelty: [wanted = 0] }, i) => {
        expect(values[i]).to.be.closeTo(wanted, 1e-5 * Math.max(1, wanted));
      });
    } finally {
      await session.close();
    }
  });

  it('is evaluated beside principal components', async () => {
    const { methods } = await evaluate(detector, [curvedDataset()], { seed: 1, seeds: 1 }, () => {});
    const precision = (wanted: string) => methods.find(({ name }) => name === wanted)?.averagePrecision ?? 0;
    expect(methods.filter(({ name }) => /principal components|autoencoder/.test(name))).to.have.length(2);
    expect(precision('autoencoder')).to.be.greaterThan(precision('principal components'));
  });
});
