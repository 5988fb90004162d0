/**
 * Why a source could not be read:
 * `absent` this kernel or host does not have it, `unreadable` permission is missing, `malformed` it was read and
 * is not what it should be, `failed` anything else, such as an I/O error. `foreign` it holds lines that nobody here
 * understands, and nothing that is exposed is lost with them.
 */
export type SourceErrorCode = 'absent' | 'unreadable' | 'malformed' | 'failed' | 'foreign';

/** Whether an extractor that has such an error still read all that there is. */
export function isHarmless({ code }: { readonly code: SourceErrorCode }): boolean {
  return code === 'absent' || code === 'foreign';
}

/** A source of metrics could not be read or parsed. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly code: SourceErrorCode;
  /** The source as the extractors name it, such as `proc/pressure/io`. */
  readonly path: string;

  constructor(code: SourceErrorCode, path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.path = path;
  }
}

const SHOWN_CHARACTERS = 80;

/** The beginning of a text, with control characters escaped. */
export function shorten(text: string): string {
  return JSON.stringify(text.slice(0, SHOWN_CHARACTERS));
}

/** A `malformed` error that shows (the beginning of) the text found. */
export function malformed(path: string, expected: string, found: string): SourceError {
  return new SourceError('malformed', path, `${path}: expected ${expected}, found ${shorten(found)}`);
}

/** Pressure files exist but cannot be read (EOPNOTSUPP) where the kernel was started with psi=0. */
const CODES: Readonly<Record<string, SourceErrorCode>> = {
  ENOENT: 'absent',
  ENOTDIR: 'absent',
  ENODEV: 'absent',
  ENXIO: 'absent',
  ESRCH: 'absent',
  ENOTSUP: 'absent',
  EOPNOTSUPP: 'absent',
  EACCES: 'unreadable',
  EPERM: 'unreadable',
  EROFS: 'unreadable',
};

/** What a failed system call means for the source at `path`. */
export function sourceError(path: string, cause: unknown): SourceError {
  if (cause instanceof SourceError) return cause;
  const errno = (cause as NodeJS.ErrnoException).code ?? '';
  const reason = errno === '' ? String(cause) : errno;
  return new SourceError(CODES[errno] ?? 'failed', path, `${path}: ${reason}`, { cause });
}

/** What `action` returns; a system call that fails in it is a {@link SourceError} about `path`. */
export function attempt<T>(path: string, action: (path: string) => T): T {
  try {
    return action(path);
  } catch (error) {
    throw sourceError(path, error);
  }
}
