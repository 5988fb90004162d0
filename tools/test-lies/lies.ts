/** What a stream can say that is not so: each lie with what becomes of it. Lies are told about honest nodes; what is true of these must come out as if nobody had lied. */
import type { RefusalReason } from '../../detector/stream/records.ts';

/** A row as the stream has it: its names, its time and its cells. */
export interface HonestRow {
  readonly node: string;
  readonly timeMs: number;
  readonly cells: Readonly<Record<string, number | null>>;
}

export interface Lie {
  readonly name: string;
  /** Reason by which each of its lines is refused; undefined for what harms nothing when it is taken. */
  readonly reason: RefusalReason | undefined;
  /** Lines told before the truth about a row, which has not come yet. */
  lines(row: HonestRow): readonly string[];
}

const YEAR_MS = 365 * 86_400_000;
const MILLION = 1_000_000;
const DEEP = 100_000;

/** A line of the stream. */
export function lineOf({ node, timeMs, cells }: HonestRow, changed: object = {}): string {
  const timestamp = new Date(timeMs).toISOString();
  return JSON.stringify({ type: 'row', row: { timestamp, cluster: 'lies', node, ...cells, ...changed } });
}

function without(cells: HonestRow['cells'], name: string): HonestRow['cells'] {
  return Object.fromEntries(Object.entries(cells).filter(([own]) => own !== name));
}

const first = ({ cells }: HonestRow) => Object.keys(cells)[0] ?? '';
/** The truth with its first number written as something else. */
function written(row: HonestRow, text: string): string {
  return lineOf(row, { [first(row)]: 'HERE' }).replace('"HERE"', text);
}

export const LIES: readonly Lie[] = [
  {
    name: 'another schema',
    reason: 'schema',
    lines: (row) => [
      lineOf({ ...row, cells: without(row.cells, first(row)) }),
      lineOf(row, { [first(row)]: 'much' }),
      lineOf(row, { [first(row)]: { __proto__: 1 } }),
      lineOf(row, { namespace: 'default', pod: 'one' }),
      '{"type":"row","row":[1,2,3]}',
      '{"type":"row"}',
    ],
  },
  {
    name: 'keys of prototypes for cells',
    reason: 'schema',
    lines: ({ node, timeMs }) => {
      const timestamp = new Date(timeMs).toISOString();
      return [
        `{"type":"row","row":{"timestamp":"${timestamp}","cluster":null,"node":${JSON.stringify(node)},"__proto__":{"a":1},"constructor":1}}`,
      ];
    },
  },
  {
    name: 'numbers that are none',
    reason: 'json',
    lines: (row) => ['NaN', '-Infinity', '0x10', '01', 'undefined'].map((text) => written(row, text)),
  },
  {
    name: 'times that cannot be',
    reason: 'time',
    lines: (row) => [
      lineOf({ ...row, timeMs: row.timeMs + YEAR_MS }),
      lineOf(row, { timestamp: 'yesterday' }),
      lineOf(row, { timestamp: 17 }),
      lineOf(row, { timestamp: '9999-99-99T00:00:00Z' }),
    ],
  },
  {
    name: 'jumps back in time',
    reason: 'repeated',
    lines: (row) =>
      [1, 60_000, YEAR_MS].map((back) => lineOf({ ...row, timeMs: row.timeMs - 15_000 - back })),
  },
  {
    name: 'names that are none',
    reason: 'name',
    lines: (row) =>
      ['', 'x'.repeat(MILLION), 'a\nb', 'a\u0000b', '\u202eevil', '\ud800', 7, null, { node: 'a' }].map(
        (node) => lineOf(row, { node }),
      ),
  },
  {
    name: 'lines without end',
    reason: 'size',
    lines: (row) => [lineOf(row, { note: 'x'.repeat(4 * MILLION) }), 'y'.repeat(2 * MILLION)],
  },
  {
    name: 'no JSON at all',
    reason: 'json',
    lines: (row) => [
      '[',
      'null',
      '"row"',
      '\u0000\u0001\ufffd',
      '['.repeat(DEEP),
      lineOf(row).slice(0, 40),
      `${lineOf(row)}${lineOf(row)}`,
    ],
  },
  {
    name: 'records of no kind',
    reason: undefined,
    lines: () => [
      '{}',
      '{"type":"gap"}',
      '{"type":"heartbeat","id":"../../etc/passwd"}',
      '{"type":{"a":1}}',
      '',
    ],
  },
];
