import { CodedError, EXIT_INPUT, EXIT_INTERRUPTED, EXIT_WORLD } from '../../common/errors.ts';

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

/** Something does not happen. */
export class ScenariosError extends CodedError<ScenariosErrorCode> {
  override readonly name = 'ScenariosError';

  /** What the process ends with. */
  get exitCode(): number {
    if (this.code === 'interrupted') return EXIT_INTERRUPTED;
    return this.code === 'plan' ? EXIT_INPUT : EXIT_WORLD;
  }
}
