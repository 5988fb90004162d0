/** What a process ends with: somebody must change the input, or something beside it is at fault, or it was interrupted. */
export const EXIT_INPUT = 2;
export const EXIT_WORLD = 1;
export const EXIT_INTERRUPTED = 130;

/** Expected trouble of a closed set of kinds: its message is one line that says what to do. */
export abstract class CodedError<Code extends string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** What the process ends with. */
  abstract get exitCode(): number;
}

/**
 * Why no dataset came out:
 * `config` the configuration or a flag is wrong, `labels` a label source is, `unreachable` nothing answers at the URL,
 * `unauthorised` the server wants (other) credentials, `response` what answers is no Prometheus, `query` it refused a
 * query, `partial` it answered with less than was asked for, `data` the samples cannot make a dataset, `output` the
 * folder is not ours to write to, `busy` another run writes to it, `disk-full`, `damaged` files are not what their manifest says, `interrupted`.
 */
export type BuilderErrorCode =
  | 'config'
  | 'labels'
  | 'unreachable'
  | 'unauthorised'
  | 'response'
  | 'query'
  | 'partial'
  | 'data'
  | 'output'
  | 'busy'
  | 'disk-full'
  | 'damaged'
  | 'interrupted';

/** No dataset came out. */
export class BuilderError extends CodedError<BuilderErrorCode> {
  override readonly name = 'BuilderError';

  /** What the process ends with: 2 when somebody must change the input, 1 for damage. */
  get exitCode(): number {
    if (this.code === 'damaged') return EXIT_WORLD;
    return this.code === 'interrupted' ? EXIT_INTERRUPTED : EXIT_INPUT;
  }
}

/** The operating system's code of a failed call, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The first line of the message of anything thrown. */
export function firstLineOf(error: unknown): string {
  return messageOf(error).split('\n')[0] ?? '';
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
