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

/** What `read` returns, or undefined when the source could not be read, which the next who reads it will tell. */
export function ifReadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof SourceError) return undefined;
    throw error;
  }
}
