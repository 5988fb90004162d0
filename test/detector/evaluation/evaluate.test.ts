import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Detector, openDetector } from '../../../detector/candidate/detector.ts';
import { writeCandidate } from '../../../detector/candidate/write.ts';
import { runPromote } from '../../../detector/commands/promote.ts';
import { evaluate } from '../../../detector/evaluation/evaluate.ts';
import { evaluationPage } from '../../../detector/evaluation/page.ts';
import type { Evaluation } from '../../../detector/evaluation/result.ts';
import { train } from '../../../detector/training/train.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { syntheticDataset } from '../support/synthetic.ts';

describe('an evaluation', function () {
  this.timeout(600_000);
  const newFolder = temporaryFolder();
  let models: string;
  let place: string;
  let detector: Detector;
  let evaluation: Evaluation;

  before(async () => {
    models = newFolder();
    const { name, contents } = await train([syntheticDataset()], 1, () => {});
    place = writeCandidate(models, name, contents);
    detector = await openDetector(place);
    const other = { ...syntheticDataset(), name: 'other', rowsDigest: '1'.repeat(64) };
    evaluation = await evaluate(detector, [syntheticDataset(), other], { seed: 1, seeds: 2 }, () => {});
  });

  after(async () => {
    await detector?.close();
  });

  it('holds out the part test of what was learned, and everything else whole', () => {
    expect(
      evaluation.datasets.map(({ heldOutRows, trainedWith }) => [heldOutRows, trainedWith]),
    ).to.deep.equal([
      [180, true],
      [1_800, false],
    ]);
    // A node of each dataset is never attacked: its scored rows alone, without those that its past is learned from.
    expect(evaluation.falseAlarms.nodes).to.equal(2);
    expect(evaluation.falseAlarms.nodeDays).to.be.closeTo(((60 + 580) * 15) / 86_400, 1e-6);
  });

  it('finds the attacks of a column each, tells them apart, and gives every share an interval', () => {
    const { attacks, strong, byClass, classes } = evaluation;
    expect(attacks.recall).to.be.greaterThan(0.9);
    expect(strong.recall).to.equal(1);
    expect(Object.keys(byClass)).to.deep.equal(['cpu_burn', 'implant']);
    for (const { recall, interval } of [attacks, strong, ...Object.values(byClass)]) {
      expect(interval?.[0]).to.be.at.most(recall as number);
      expect(interval?.[1]).to.be.at.least(recall as number);
    }
    expect(classes.map(({ name }) => name)).to.deep.equal([
      'boosted trees',
      'network',
      'logistic regression',
    ]);
    expect(classes[0]?.macroF1).to.be.greaterThan(0.8);
    expect(evaluation.methods.map(({ name }) => name)).to.deep.equal([
      ...['detector', 'boosted trees', 'network', 'principal components', 'rules alone', 'robust z'],
      ...['logistic regression', 'isolation forest', 'autoencoder'],
    ]);
  });

  it('names what the scenario moves among the three first columns', () => {
    const { events, right } = evaluation.attribution;
    expect(events).to.be.greaterThan(5);
    expect(right / events).to.be.greaterThan(0.9);
  });

  it('shows controls where they belong: shuffled labels near guessing, a random split no worse than an honest one', () => {
    const { controls, seeds, bySeed, leftOut } = evaluation.relearned as NonNullable<Evaluation['relearned']>;
    expect(controls.shuffledLabels).to.be.lessThan(controls.guessing + 0.15);
    expect(controls.honest).to.be.greaterThan(controls.guessing + 0.3);
    expect(controls.randomSplit).to.be.at.least(controls.honest - 0.05);
    expect(seeds).to.deep.equal([1, 2]);
    expect(Object.keys(bySeed)).to.deep.equal(['boosted trees', 'network']);
    expect(Object.keys(leftOut)).to.deep.equal(['cpu_burn', 'implant']);
  });

  it('finds no more when rows do not arrive', () => {
    const lost = Object.values(evaluation.telemetryLost);
    expect(lost).to.have.length(2);
    for (const { events, found } of lost) {
      expect(events).to.equal(evaluation.attacks.events);
      expect(found).to.be.at.most(evaluation.attacks.events);
    }
  });

  it('is the same for the same model, data and seed', async () => {
    const datasets = [{ ...syntheticDataset(), rowsDigest: '1'.repeat(64) }];
    const one = await evaluate(detector, datasets, { seed: 4, seeds: 1 }, () => {});
    const two = await evaluate(detector, datasets, { seed: 4, seeds: 1 }, () => {});
    expect(two).to.deep.equal(one);
    expect(one.relearned).to.equal(null);
  });

  it('is a page that nothing in the data can break out of', () => {
    const hostile = '<script>alert(1)</script>';
    const page = evaluationPage({
      ...evaluation,
      model: hostile,
      byClass: { [hostile]: evaluation.attacks },
    });
    expect(page).not.to.include('<script');
    expect(page).to.include('&lt;script&gt;');
  });

  it('that cannot carry the budget promotes nothing; one that can names the model, which is then opened', async () => {
    const file = join(newFolder(), 'eval.json');
    writeFileSync(file, JSON.stringify(evaluation));
    let refused: Error | undefined;
    await runPromote(place, 1, file).catch((error: Error) => {
      refused = error;
    });
    expect(refused?.message).to.match(
      /^not promoted: 1 per node-day needs \d+\.\d attack-free node-days; there are 0\.1/,
    );
    const lines = await runPromote(place, 1_000, file);
    expect(lines[0]).to.match(/^budget: holds: 1000 per node-day needs/);
    const promoted = JSON.parse(readFileSync(join(models, 'promoted.json'), 'utf8')) as { model: string };
    expect(join(models, promoted.model)).to.equal(place);
    const opened = await openDetector(models);
    expect(opened.candidate.promoted?.budget).to.equal(1_000);
    await opened.close();
    writeFileSync(file, JSON.stringify({ ...evaluation, manifestSha256: 'f'.repeat(64) }));
    await runPromote(place, 1_000, file).then(
      () => expect.fail('promoted by an evaluation of another model'),
      (error: Error) => expect(error.message).to.include('is of another model'),
    );
  });

  it('lets a promoted network decide in the place of the trees', async () => {
    const promoted = JSON.parse(readFileSync(join(models, 'promoted.json'), 'utf8')) as object;
    writeFileSync(join(models, 'promoted.json'), JSON.stringify({ ...promoted, decider: 'network' }));
    const opened = await openDetector(models);
    try {
      const { golden } = opened.candidate;
      const matrix = (own: readonly (readonly (number | null)[])[]) => ({
        rows: own.length,
        columns: own[0]?.length ?? 0,
        values: Float32Array.from(own.flat(), (value) => value ?? Number.NaN),
      });
      const features = matrix(golden.map((own) => own.features));
      const windows = matrix(golden.map((own) => own.window));
      const { probabilities } = await opened.judge({ features, windows });
      const wanted = golden.flatMap(({ challenger }) => challenger);
      wanted.forEach((value, i) => void expect(probabilities.values[i]).to.be.closeTo(value, 1e-4));
    } finally {
      await opened.close();
    }
  });
});
