import { readFileSync } from 'node:fs';
import { firstLineOf } from '../../errors.ts';

/** The file cannot be used; the message names it and says why in one line. */
export class WebConfigError extends Error {
  override readonly name = 'WebConfigError';
}

/**
 * The text of a file.
 *
 * @param what the user calls it
 * @throws {WebConfigError}
 */
export function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? firstLineOf(error);
    throw new WebConfigError(`${what} ${path}: ${code === 'ENOENT' ? 'there is no such file' : code}`, {
      cause: error,
    });
  }
}
