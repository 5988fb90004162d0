import { CodedError, EXIT_INPUT, EXIT_INTERRUPTED, EXIT_WORLD } from '../../common/errors.ts';

/**
 * Why no model or no scores came out:
 * `data` the dataset cannot train or be scored by this model, `input` a flag or a file is wrong, `model` a candidate's folder is not what
 * its manifest says or of another version, `output` the place is not ours to write to, `refused` the data cannot carry what is asked for,
 * `interrupted` somebody asked it to end, `killed` it was ended without being asked.
 */
type DetectorErrorCode = 'data' | 'input' | 'model' | 'output' | 'refused' | 'interrupted' | 'killed';

/** No model or no scores came out. */
export class DetectorError extends CodedError<DetectorErrorCode> {
  override readonly name = 'DetectorError';

  /** What the process ends with: 2 when somebody must change the input, 1 for a damaged model or a full disk. */
  get exitCode(): number {
    if (this.code === 'interrupted') return EXIT_INTERRUPTED;
    return ['model', 'output', 'killed'].includes(this.code) ? EXIT_WORLD : EXIT_INPUT;
  }
}
