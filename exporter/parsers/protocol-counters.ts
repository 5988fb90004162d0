import { malformed } from '../base/errors.ts';
import { findLine, lineAt } from '../base/lines.ts';

/** A heading line is the same at every read: where its fields stand is found once. */
const columns = new Map<string, ReadonlyMap<string, number>>();
/** Hosts show one heading per file and kernel; more would be somebody's game. */
const MOST_HEADINGS = 64;

function columnsOf(heading: string): ReadonlyMap<string, number> {
  const known = columns.get(heading);
  if (known !== undefined) return known;
  const found = new Map(heading.split(' ').map((name, i) => [name, i]));
  if (columns.size >= MOST_HEADINGS) columns.clear();
  columns.set(heading, found);
  return found;
}

/**
 * Parses one protocol of `/proc/<pid>/net/snmp` or `/proc/<pid>/net/netstat`: a line of names and a line of values.
 *
 *     Tcp: RtoAlgorithm RtoMin … RetransSegs InErrs OutRsts InCsumErrors
 *     Tcp: 1 200 … 1234 0 5678 0
 *
 * @returns the values of `fields`, in their order; undefined for a field that this kernel does not have
 * @throws {SourceError} `malformed` when the protocol is missing or a value of a field is no whole number
 */
export function parseProtocolCounters<const F extends readonly string[]>(
  text: string,
  path: string,
  protocol: string,
  fields: F,
): { [I in keyof F]: number | undefined } {
  const prefix = `${protocol}: `;
  const first = findLine(text, prefix);
  const heading = first < 0 ? undefined : lineAt(text, first);
  const second = heading === undefined ? -1 : findLine(text, prefix, first + heading.length);
  if (heading === undefined || second < 0) throw malformed(path, `two lines "${prefix}…"`, heading ?? text);
  const row = lineAt(text, second);
  const places = columnsOf(heading);
  const values = row.split(' ');
  return fields.map((field) => {
    const place = places.get(field);
    if (place === undefined) return undefined;
    const value = values[place] ?? '';
    if (!/^-?\d+$/.test(value)) throw malformed(path, `a number for ${protocol} ${field}`, value);
    return Number(value);
  }) as { [I in keyof F]: number | undefined };
}
