/**
 * Why no model or no scores came out:
 * `data` the dataset cannot train or be scored by this model, `input` a flag or a file is wrong, `model` a candidate's folder is not what
 * its manifest says or of another version, `output` the place is not ours to write to, `interrupted`.
 */
type DetectorErrorCode = 'data' | 'input' | 'model' | 'output';

const EXIT_WORLD = 1;
const EXIT_INPUT = 2;

/** Expected trouble: its message is one line that says what to do. */
export class DetectorError extends Error {
  override readonly name = 'DetectorError';
  readonly code: DetectorErrorCode;

  constructor(code: DetectorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** What the process ends with: 2 when somebody must change the input, 1 for a damaged model or a full disk. */
  get exitCode(): number {
    return this.code === 'model' || this.code === 'output' ? EXIT_WORLD : EXIT_INPUT;
  }
}
