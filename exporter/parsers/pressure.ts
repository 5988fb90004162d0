import { malformed } from '../errors.ts';

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
  const total = /^some .*\btotal=(\d+)$/m.exec(text)?.[1];
  if (total === undefined) throw malformed(path, 'a line "some … total=<microseconds>"', text);
  return { some: Number(total) };
}
