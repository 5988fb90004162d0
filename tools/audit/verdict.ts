/** What npm tells of a package with known vulnerabilities. */
interface Vulnerability {
  readonly name: string;
  readonly severity: string;
  readonly range: string;
}

/** What is known of the dependencies that are shipped. */
export type Verdict =
  | { readonly kind: 'sound'; readonly packages: number }
  | { readonly kind: 'vulnerable'; readonly found: readonly Vulnerability[] }
  /** Nobody answered, so that nothing is known: that is not «sound». */
  | { readonly kind: 'unknown'; readonly why: string };

const SERIOUS: readonly unknown[] = ['high', 'critical'];
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * What `npm audit --json` says, which also writes JSON when the registry does not answer.
 *
 * @param output of `npm audit --json`
 * @see https://docs.npmjs.com/cli/v10/commands/npm-audit
 */
export function verdictOf(output: string): Verdict {
  const report = parsed(output);
  if (!isRecord(report)) return { kind: 'unknown', why: `npm wrote no JSON: ${output.slice(0, 80)}` };
  const { vulnerabilities, metadata } = report;
  if (!isRecord(vulnerabilities) || !isRecord(metadata)) {
    const why = [report['message'], isRecord(report['error']) ? report['error']['summary'] : undefined];
    return { kind: 'unknown', why: String(why.find((text) => text !== undefined) ?? 'no report') };
  }
  const found = Object.entries(vulnerabilities).flatMap(([name, entry]) => {
    if (!isRecord(entry) || !SERIOUS.includes(entry['severity'])) return [];
    return [{ name, severity: String(entry['severity']), range: String(entry['range']) }];
  });
  if (found.length > 0) return { kind: 'vulnerable', found };
  const dependencies = isRecord(metadata['dependencies']) ? metadata['dependencies'] : {};
  return { kind: 'sound', packages: Number(dependencies['prod'] ?? 0) };
}
