/** The files of a candidate: a model with all that it takes to run, judge and explain it. */

export const MANIFEST = 'manifest.json';

/** Beside models: which of them may raise alarms. */
export const PROMOTED = 'promoted.json';

/** All but the manifest, which is written last and names them with their hashes. */
export const CONTENTS = [
  'model.json',
  'classifier.onnx',
  'challenger.onnx',
  'novelty.onnx',
  'calibration.json',
  'golden.json',
  'MODEL_CARD.md',
] as const;
export type Content = (typeof CONTENTS)[number];

/** Nothing larger is read. */
export const MOST_BYTES = 67_108_864;
