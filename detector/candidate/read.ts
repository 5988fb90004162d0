import { hash } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import type { z } from 'zod';
import { parseDurationMs } from '../../common/duration.ts';
import { issueOf } from '../../common/issues.ts';
import { readSmall } from '../../dataset/files/input-file.ts';
import { DetectorError } from '../base/errors.ts';
import type { Calibration } from '../calibration/calibrate.ts';
import { type FeaturePlan, featureNames } from '../features/plan.ts';
import { candidatesIn, has } from './among.ts';
import { type Content, MANIFEST, MOST_BYTES, PROMOTED } from './files.ts';
import {
  calibrationSchema,
  type Golden,
  goldenSchema,
  type ModelFile,
  manifestSchema,
  modelSchema,
  type Promoted,
  promotedSchema,
} from './schema.ts';

/** What a candidate's folder holds, as far as reading alone can tell. */
export interface Candidate {
  /** Its folder. */
  readonly place: string;
  /** The folder's own name. */
  readonly name: string;
  readonly model: ModelFile;
  readonly plan: FeaturePlan;
  readonly calibration: Calibration;
  readonly golden: Golden;
  readonly onnx: Readonly<Record<'classifier' | 'challenger' | 'novelty', Uint8Array>>;
  /** Of its manifest, by which a promotion knows it. */
  readonly manifestSha256: string;
  /** Its promotion; undefined for one that was never promoted. */
  readonly promoted: Promoted | undefined;
}

const LONGEST_HORIZON_MS = 31 * 86_400_000;

/** What is promoted among the models of a folder. */
function promotedIn(models: string): Promoted | undefined {
  if (!has(models, PROMOTED)) return undefined;
  try {
    return parsed(promotedSchema, bytesOf(models, PROMOTED));
  } catch (error) {
    const message = `${join(models, PROMOTED)}: ${issueOf(error)}: promote a model again`;
    throw new DetectorError('model', message, { cause: error });
  }
}

/** The candidate that a path means: itself, the one that is promoted in it, or the only one in it. */
function folderOf(path: string): string {
  if (has(path, MANIFEST)) return path;
  const promoted = promotedIn(path);
  if (promoted !== undefined && has(join(path, promoted.model), MANIFEST)) return join(path, promoted.model);
  const inside = candidatesIn(path);
  const [only, ...others] = inside;
  if (only === undefined)
    throw new DetectorError('input', `${path} holds no model: make one with kubevigil-detector train`);
  if (others.length > 0)
    throw new DetectorError(
      'input',
      `${path} holds ${inside.length} models: say which, such as ${only}, or promote one`,
    );
  return only;
}

function bytesOf(folder: string, file: string): Buffer {
  const there = readSmall(join(folder, file), MOST_BYTES);
  if (there === undefined) throw new Error('is missing');
  return there.bytes;
}

function parsed<T extends z.ZodType>(schema: T, bytes: Buffer): z.output<T> {
  return schema.parse(JSON.parse(bytes.toString('utf8')));
}

/** Does something with a file; says of an error which file it was. */
function of<T>(folder: string, file: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const message = `${join(folder, file)}: ${issueOf(error)}: train the model again, or copy its folder anew`;
    throw new DetectorError('model', message, { cause: error });
  }
}

function planOf(model: ModelFile): FeaturePlan {
  const columns = model.columns.map(({ name }) => name);
  const [stepMs = 0, horizonMs = 0] = [model.step, model.horizon].map(parseDurationMs);
  if (stepMs <= 0) throw new Error(`step: ${JSON.stringify(model.step)} is no duration`);
  if (horizonMs <= 0 || horizonMs > LONGEST_HORIZON_MS)
    throw new Error(`horizon: ${JSON.stringify(model.horizon)} is no duration of up to 31d`);
  if (model.features.join('\0') !== featureNames(columns).join('\0'))
    throw new Error('features: are not those of the columns');
  if (model.classes[0] !== 'normal' || model.classes.includes('unknown'))
    throw new Error('classes: must begin with normal, and unknown is none');
  const { window, learningRows } = model;
  return {
    columns,
    stepMs,
    window,
    horizonMs,
    learningRows,
    scales: model.columns.map(({ scale }) => scale),
  };
}

/**
 * Reads a candidate. Of its folder only files by their known names are read, regular ones of bounded size, and nothing
 * is made of one before its hash is that of the manifest.
 *
 * @param path its folder, or one of models: the promoted one is meant, or the only one
 * @throws {DetectorError} `input` when there is none, `model` when it is not whole or of another version
 */
export function readCandidate(path: string): Candidate {
  const place = folderOf(path);
  const manifest = of(place, MANIFEST, () => bytesOf(place, MANIFEST));
  const { files } = of(place, MANIFEST, () => parsed(manifestSchema, manifest));
  const manifestSha256 = hash('sha256', manifest, 'hex');
  const absolute = resolve(place);
  const promoted = promotedIn(dirname(absolute));
  const isPromoted = promoted?.model === basename(absolute) && promoted.manifestSha256 === manifestSha256;
  const contents = {} as Record<Content, Buffer>;
  for (const { path: file, sha256 } of files)
    of(place, file, () => {
      const bytes = bytesOf(place, file);
      if (hash('sha256', bytes, 'hex') !== sha256) throw new Error('is not the file that the manifest names');
      contents[file] = bytes;
    });
  const json = <T extends z.ZodType>(file: Content, schema: T) =>
    of(place, file, () => parsed(schema, contents[file]));
  const model = json('model.json', modelSchema);
  return {
    place,
    name: basename(absolute),
    model,
    plan: of(place, 'model.json', () => planOf(model)),
    calibration: json('calibration.json', calibrationSchema) as Calibration,
    golden: json('golden.json', goldenSchema).examples,
    manifestSha256,
    promoted: isPromoted ? promoted : undefined,
    onnx: {
      classifier: contents['classifier.onnx'],
      challenger: contents['challenger.onnx'],
      novelty: contents['novelty.onnx'],
    },
  };
}
