import { readFileSync } from 'node:fs';

/** The file cannot be used; the message names it and says why in one line. */
export class WebConfigError extends Error {
  override readonly name = 'WebConfigError';
}

/** The first line of what an error says. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

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
    const code = (error as NodeJS.ErrnoException).code ?? messageOf(error);
    throw new WebConfigError(`${what} ${path}: ${code === 'ENOENT' ? 'there is no such file' : code}`, {
      cause: error,
    });
  }
}
