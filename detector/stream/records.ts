/** What a line of a stream of rows comes to. Whoever runs the stream may have another idea of rows, or lie: nothing is believed before it is looked at. */
import { parseRfc3339 } from '../../common/times.ts';
import type { NamedEntity } from '../../dataset/model/entity.ts';

/** Why a line was not taken. */
export const REFUSALS = ['json', 'size', 'schema', 'name', 'time', 'repeated', 'nodes'] as const;
export type RefusalReason = (typeof REFUSALS)[number];

/** A row of a node or pod: times at the end of its step, values in the order of the model's columns; NaN is null. */
export interface StreamRow {
  readonly entity: NamedEntity;
  readonly timeMs: number;
  readonly values: Float64Array;
}

type StreamRecord =
  | ({ readonly type: 'row' } & StreamRow)
  /** All rows of a step are out. */
  | { readonly type: 'step'; readonly timeMs: number }
  | { readonly type: 'gap' }
  | { readonly type: 'other' }
  | { readonly type: 'refused'; readonly reason: RefusalReason; readonly message: string };

/** What a record is, and the position after which a reader resumes. */
export interface ParsedLine {
  readonly record: StreamRecord;
  readonly id: string | undefined;
}

const LONGEST_NAME = 253;
const LONGEST_ID = 100;
/** Of a clock that is ahead of this machine's. */
const MOST_AHEAD_MS = 300_000;

const refused = (reason: RefusalReason, message: string): StreamRecord => ({
  type: 'refused',
  reason,
  message,
});

/** A name that can be a label and a line of a file: nothing in it is unseen. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME && !/\p{C}/u.test(value);
}

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entityOf(row: Json): NamedEntity | undefined {
  const { cluster = null, node, namespace, pod } = row;
  if (!isName(node) || !(cluster === null || isName(cluster))) return undefined;
  if (pod === undefined && namespace === undefined) return { cluster, node };
  return isName(pod) && isName(namespace) ? { cluster, node, namespace, pod } : undefined;
}

/** The text for people who look for the row in question. */
const shown = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 60);

function rowOf(row: Json, columns: readonly string[], entity: 'node' | 'pod', nowMs: number): StreamRecord {
  const named = entityOf(row);
  if (named === undefined) return refused('name', `a row of node ${shown(row['node'])}`);
  if ((named.pod === undefined ? 'node' : 'pod') !== entity)
    return refused(
      'schema',
      `a row of a ${named.pod === undefined ? 'node' : 'pod'}; the model is of ${entity}s`,
    );
  const { timestamp } = row;
  const timeMs = typeof timestamp === 'string' ? parseRfc3339(timestamp) : undefined;
  if (timeMs === undefined || timeMs > nowMs + MOST_AHEAD_MS)
    return refused('time', `a row of the time ${shown(timestamp)}`);
  const values = new Float64Array(columns.length).fill(Number.NaN);
  for (const [i, column] of columns.entries()) {
    const value = Object.hasOwn(row, column) ? row[column] : undefined;
    if (typeof value === 'number') values[i] = value;
    else if (value !== null) return refused('schema', `a row whose ${column} is ${shown(value)}`);
  }
  return { type: 'row', entity: named, timeMs, values };
}

/**
 * Reads a line of the stream.
 *
 * @param columns those of the model; a row that has not all of them is of another schema
 */
export function parseLine(
  line: string,
  columns: readonly string[],
  entity: 'node' | 'pod',
  nowMs: number,
): ParsedLine {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    return { record: refused('json', `a line that is no JSON: ${shown(line)}`), id: undefined };
  }
  if (!isObject(record))
    return { record: refused('json', `a line that is no object: ${shown(line)}`), id: undefined };
  const { id, type, row, timestamp } = record;
  const known = typeof id === 'string' && id.length <= LONGEST_ID && /^[\w:.+-]+$/.test(id) ? id : undefined;
  if (type === 'row' && isObject(row)) return { record: rowOf(row, columns, entity, nowMs), id: known };
  if (type === 'row') return { record: refused('schema', `a row that is ${shown(row)}`), id: known };
  if (type === 'gap') return { record: { type: 'gap' }, id: known };
  const timeMs = typeof timestamp === 'string' ? parseRfc3339(timestamp) : undefined;
  if (type === 'step' && timeMs !== undefined) return { record: { type: 'step', timeMs }, id: known };
  return { record: { type: 'other' }, id: known };
}
