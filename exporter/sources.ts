import { SourceError } from './errors.ts';

/**
 * What `read` returns, or undefined when the source is absent.
 *
 * @throws {SourceError} any other failure: a denial is not an absence
 */
export function ifPresent<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof SourceError && error.code === 'absent') return undefined;
    throw error;
  }
}
