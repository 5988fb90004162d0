import { malformed } from '../base/errors.ts';
import { lineWith, wholeNumber } from '../base/lines.ts';

const TOTAL = ' total=';

/**
 * Parses one `/proc/pressure/<resource>` file.
 *
 *     some avg10=0.06 avg60=0.21 avg300=0.99 total=8537362
 *
 * Unknown line kinds are skipped, so that a newer kernel does not break the agent.
 *
 * @see https://docs.kernel.org/accounting/psi.html
 * @returns microseconds since boot
 * @throws {SourceError} `malformed` when there is no `some` line with a total
 */
export function parsePressure(text: string, path: string): { some: number } {
  const line = lineWith(text, 'some ');
  const some = wholeNumber(line?.slice(line.lastIndexOf(TOTAL) + TOTAL.length) ?? '');
  if (some === undefined || line?.includes(TOTAL) !== true) {
    throw malformed(path, 'a line "some … total=<microseconds>"', line ?? text);
  }
  return { some };
}
