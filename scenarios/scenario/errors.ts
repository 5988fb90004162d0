/**
 * Why something does not happen:
 * `plan` the campaign's file or a flag is wrong, `request` a request is, `unknown` there is nothing of that name, `conflict` it
 * is on already, `full` as many are on as may be, `closing` the service ends, `unreachable` a service or Prometheus does not
 * answer, `refused` a service answers that it will not, `clock` clocks are too far apart for the truth to be true, `truth` the
 * ground truth cannot be written, `failed` a scenario did not do what it is for, `interrupted`.
 */
export type ScenariosErrorCode =
  | 'plan'
  | 'request'
  | 'unknown'
  | 'conflict'
  | 'full'
  | 'closing'
  | 'unreachable'
  | 'refused'
  | 'clock'
  | 'truth'
  | 'failed'
  | 'interrupted';

const EXIT_WORLD = 1;
const EXIT_USER = 2;
const EXIT_INTERRUPTED = 130;

/** Expected trouble: its message is one line that says what to do. */
export class ScenariosError extends Error {
  override readonly name = 'ScenariosError';
  readonly code: ScenariosErrorCode;

  constructor(code: ScenariosErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** What the process ends with. */
  get exitCode(): number {
    if (this.code === 'interrupted') return EXIT_INTERRUPTED;
    return this.code === 'plan' ? EXIT_USER : EXIT_WORLD;
  }
}
