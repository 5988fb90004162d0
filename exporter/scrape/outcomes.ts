import type { Logger } from '../../common/log.ts';
import { isHarmless, type SourceError } from '../base/errors.ts';

/** More of a kind (every file of a mount that does not answer) say no more. */
const MOST_TOLD = 8;

function told(errors: readonly SourceError[]): string {
  const messages = errors.slice(0, MOST_TOLD).map(({ message }) => message);
  const more = errors.length - messages.length;
  return [...messages, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

/**
 * Logs how an extractor fared when that is not how it fared before: a line for each change, not for each scrape.
 *
 * @param known what was said last, by the extractor's name; brought up to date
 */
export function reportOutcome(
  known: Map<string, string>,
  logger: Logger,
  extractor: string,
  errors: readonly SourceError[],
): void {
  const outcome = errors.map(({ code, path }) => `${code} ${path}`).join(', ');
  const before = known.get(extractor) ?? '';
  if (outcome === before) return;
  known.set(extractor, outcome);
  if (errors.length === 0) {
    logger.info('Extractor reads everything again', { extractor });
    return;
  }
  const failed = errors.filter((error) => !isHarmless(error));
  const foreign = errors.filter(({ code }) => code === 'foreign');
  const errorsToTell = [failed, foreign, errors].find(({ length }) => length > 0) ?? errors;
  const fields = {
    extractor,
    code: errorsToTell[0]?.code ?? '',
    error: told(errorsToTell),
  };
  if (failed.length > 0) logger.warn('Extractor could not read everything', fields);
  else if (foreign.length > 0) logger.warn('Lines that nobody here understands are left out', fields);
  else logger.info('Not on this host', fields);
}
