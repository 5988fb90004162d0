/**
 * What came of a request to the API server: `unreachable` no answer, `unauthorized` 401, `forbidden` 403, `gone` 410,
 * `throttled` 429 or a 5xx that says when to come back, `malformed` an answer that is none, `failed` any other status.
 */
export type KubernetesErrorCode =
  | 'unreachable'
  | 'unauthorized'
  | 'forbidden'
  | 'gone'
  | 'throttled'
  | 'malformed'
  | 'failed';

/** The API server could not be asked, or did not do what it was asked. */
export class KubernetesError extends Error {
  override readonly name = 'KubernetesError';
  readonly code: KubernetesErrorCode;
  /** For how long the server wants to be left alone. */
  readonly retryAfterMs: number;

  constructor(
    code: KubernetesErrorCode,
    message: string,
    { retryAfterMs = 0, cause }: { retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

const CODES: Readonly<Record<number, KubernetesErrorCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  410: 'gone',
  429: 'throttled',
};

/** The error of an HTTP status, or of the `Status` object that a watch ends with. */
export function statusError(status: number, message: string, retryAfterMs = 0): KubernetesError {
  const code = CODES[status] ?? (retryAfterMs > 0 ? 'throttled' : 'failed');
  return new KubernetesError(code, `the API server answered ${status}: ${message}`, { retryAfterMs });
}
