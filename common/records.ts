/**
 * A record of names from outside. It has no prototype: `constructor` is not in it until somebody is called that, and
 * `__proto__` is a name like others.
 */
export function recordOf<T>(entries: Iterable<readonly [string, T]> = []): Record<string, T> {
  const record = Object.create(null) as Record<string, T>;
  for (const [name, value] of entries) record[name] = value;
  return record;
}

/** All that several records have, the later before the earlier. */
export function mergedRecords<T>(...records: readonly Readonly<Record<string, T>>[]): Record<string, T> {
  return recordOf(records.flatMap((record) => Object.entries(record)));
}
