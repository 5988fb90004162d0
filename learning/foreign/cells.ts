/** Values of foreign tables as numbers, labels and times. */
import { parseRfc3339 } from '../../common/times.ts';

/** What a cell of a CSV or Parquet file can be. */
export type Cell = string | number | bigint | boolean | Date | null | undefined;

const MISSING = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '-']);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A cell as text, undefined for a missing one. */
export function textOf(cell: Cell): string | undefined {
  if (cell === null || cell === undefined || (typeof cell === 'number' && Number.isNaN(cell)))
    return undefined;
  const own = cell instanceof Date ? cell.toISOString() : String(cell).trim();
  return MISSING.has(own.toLowerCase()) ? undefined : own;
}

/** A cell as a number: NaN for a missing one, undefined for what is none. */
export function numberOf(cell: Cell): number | undefined {
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : Number.NaN;
  if (typeof cell === 'bigint') return Number(cell);
  if (typeof cell === 'boolean') return Number(cell);
  const own = textOf(cell);
  if (own === undefined) return Number.NaN;
  if (/^(true|false)$/i.test(own)) return Number(own.toLowerCase() === 'true');
  return NUMBER.test(own) ? Number(own) : undefined;
}

const PER_MS = { s: 1e-3, ms: 1, us: 1e3, ns: 1e6 } as const;
const LOCAL = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)$/;

/** A time in milliseconds; undefined for what is none. A text without a zone is UTC. */
export function timeOf(cell: Cell, unit: keyof typeof PER_MS): number | undefined {
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? undefined : cell.getTime();
  const number = numberOf(cell);
  if (number !== undefined) return Number.isFinite(number) ? Math.round(number / PER_MS[unit]) : undefined;
  const own = textOf(cell) ?? '';
  const local = LOCAL.exec(own);
  const [, day = '', clock = ''] = local ?? [];
  return parseRfc3339(local === null ? own : `${day}T${clock.length === 5 ? `${clock}:00` : clock}Z`);
}
