import { messageOf } from '../../common/errors.ts';
import { type Matrix, rowOf, rowsFrom } from '../../learning/base/matrix.ts';
import { DetectorError } from '../base/errors.ts';
import type { Calibration } from '../calibration/calibrate.ts';
import { judge, usedParts } from '../calibration/judge.ts';
import { type PartScores, partScores } from '../calibration/parts.ts';
import { ScoredRows } from '../calibration/scored-rows.ts';
import { windowShape } from '../features/plan.ts';
import type { Gathered } from '../samples/gather.ts';
import { isNear, MODELS, type Models, openModels, sizesOf } from './models.ts';
import { type Candidate, readCandidate } from './read.ts';
import type { Golden } from './schema.ts';

/** What the models make of some rows. */
export interface Judgement {
  readonly scored: ScoredRows;
  readonly parts: PartScores;
  /** Of the classifier that decides, by the model's classes. */
  readonly probabilities: Matrix;
}

/** Another version of the runtime may round in another order. */
const TOLERANCE = 1e-4;
/** Rows that go through the models together. */
const BATCH = 1_024;

/** A candidate that gives what it gave when it was trained. */
export class Detector {
  readonly candidate: Candidate;
  /** What scores are held against: of the network where that decides. */
  readonly calibration: Calibration;
  readonly #models: Models;

  constructor(candidate: Candidate, models: Models) {
    this.candidate = candidate;
    this.#models = models;
    const { calibration, promoted } = candidate;
    const parts = { ...calibration.parts, classifier: calibration.challenger };
    this.calibration = promoted?.decider === 'network' ? { ...calibration, parts } : calibration;
  }

  /** Whether windows are looked at when rows are judged; else there need not be any. */
  get looksAtWindows(): boolean {
    return this.candidate.promoted?.decider === 'network';
  }

  /** Scores rows, some at a time. */
  async score({ features, windows }: Gathered): Promise<ScoredRows> {
    const scored = this.#room(features.rows);
    for (let from = 0; from < features.rows; from += BATCH) {
      const some = {
        features: rowsFrom(features, from, BATCH),
        windows: this.looksAtWindows ? rowsFrom(windows, from, BATCH) : windows,
      };
      const { parts, probabilities } = await this.#run(some);
      judge(scored, from, this.calibration, parts, probabilities);
    }
    return scored;
  }

  /** What all parts make of rows; by the trees, or by the network once it is promoted. */
  async judge(inputs: Gathered): Promise<Judgement> {
    const { parts, probabilities } = await this.#run(inputs);
    const scored = this.#room(inputs.features.rows);
    judge(scored, 0, this.calibration, parts, probabilities);
    return { scored, parts, probabilities };
  }

  #room(rows: number): ScoredRows {
    return new ScoredRows(rows, usedParts(this.calibration), this.candidate.model.classes.length);
  }

  async #run({ features, windows }: Gathered): Promise<Omit<Judgement, 'scored'>> {
    const { model, plan } = this.candidate;
    const probabilities = await (this.looksAtWindows
      ? this.challenge(windows)
      : this.#models.classifier.run(features));
    const novelty = await this.#models.novelty.run(features);
    const parts = partScores(features, probabilities, novelty, plan.columns, model.rules);
    return { parts, probabilities };
  }

  /** What the network makes of windows: probabilities of the model's classes. It decides nothing before it is promoted. */
  challenge(windows: Matrix): Promise<Matrix> {
    return this.#models.challenger.run(windows);
  }

  /** How what the models give for the examples differs from what they gave; undefined when it does not. */
  async difference(): Promise<string | undefined> {
    const { golden, model } = this.candidate;
    const { rows, channels } = windowShape(this.candidate.plan);
    const matrixOf = (columns: number, of: (example: Golden[number]) => readonly (number | null)[]) => ({
      rows: golden.length,
      columns,
      values: Float32Array.from(golden.flatMap(of), (value) => value ?? Number.NaN),
    });
    const features = matrixOf(model.features.length, (example) => example.features);
    const windows = matrixOf(rows * channels, (example) => example.window);
    if (golden.some((example) => example.features.length !== features.columns))
      return 'its examples have other features';
    if (golden.some((example) => example.window.length !== windows.columns))
      return 'its examples have other windows';
    for (const name of MODELS) {
      const found = await this.#models[name].run(name === 'challenger' ? windows : features);
      const other = golden.findIndex((example, row) => !isNear(rowOf(found, row), example[name], TOLERANCE));
      if (other >= 0) return `${name}.onnx gives something else for example ${other}`;
      const width = name === 'novelty' ? 1 : model.classes.length;
      if (found.columns !== width) return `${name}.onnx gives ${found.columns} values, not ${width}`;
    }
    return undefined;
  }

  async close(): Promise<void> {
    for (const model of Object.values(this.#models)) await model.close();
  }
}

/**
 * Opens a candidate, and lets it judge the examples that it was written with.
 *
 * @param path its folder, or one of models: the promoted one is meant, or the only one
 * @throws {DetectorError} `input` or `model`
 */
export async function openDetector(path: string): Promise<Detector> {
  const candidate = readCandidate(path);
  const refused = (why: string, cause?: unknown) =>
    new DetectorError('model', `${candidate.place}: ${why}: train the model again`, { cause });
  const byRuntime = candidate.promoted?.decider === 'network' ? (['challenger'] as const) : [];
  const models = await openModels(candidate.onnx, sizesOf(candidate), byRuntime).catch((error: unknown) => {
    throw refused(messageOf(error), error);
  });
  const detector = new Detector(candidate, models);
  const difference = await detector.difference().catch(messageOf);
  if (difference === undefined) return detector;
  await detector.close();
  throw refused(`it does not do what it did when it was trained: ${difference}`);
}
