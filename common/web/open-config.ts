import type { Logger } from '../log.ts';
import type { WebConfigBook } from './config/book.ts';

/**
 * The web configuration of a program; undefined without `--web.config.file`, and then nothing is loaded for it.
 *
 * @throws {UsageError} when the file cannot be used
 */
export async function openWebConfig(
  file: string | undefined,
  logger: Logger,
): Promise<WebConfigBook | undefined> {
  if (file === undefined || file === '') return undefined;
  const { WebConfigBook } = await import('./config/book.ts');
  return new WebConfigBook(file, logger);
}
