/** Results as a table for a terminal, and the same cells for a page. */
import { formatDuration } from '../../common/duration.ts';
import { inOrder, type Result } from './result.ts';

const NOTHING = '–';
const MS_PER_SECOND = 1_000;
const PERCENT = 100;

const figure = (value: number | null, digits = 3) => (value === null ? NOTHING : value.toFixed(digits));
const percent = (share: number | null) => (share === null ? NOTHING : `${(PERCENT * share).toFixed(1)} %`);
const foundOf = (own: Result['episodes']) => (own === null ? NOTHING : `${own.found} of ${own.events}`);

export const HEAD = [
  'model',
  'average precision',
  'VUS-PR',
  'episodes found',
  'median delay',
  'false alarms/h',
  'quiet time in alarm',
  'benign alarmed',
] as const;

/** A row's cells in the order of {@link HEAD}. */
export function cells(result: Result): string[] {
  const { medianDelaySeconds: delay, falseAlarms } = result;
  return [
    result.model,
    figure(result.averagePrecision),
    figure(result.vusPr),
    foundOf(result.episodes),
    delay === null ? NOTHING : formatDuration(Math.round(delay * MS_PER_SECOND)),
    figure(falseAlarms?.perHour ?? null, 2),
    percent(falseAlarms?.shareInAlarm ?? null),
    foundOf(result.benign),
  ];
}

/** What the results are of: rows, and the share that a model has to beat. */
export function ofRows({ rows, baseRate }: Pick<Result, 'rows' | 'baseRate'>): string {
  return `test: ${rows.test} rows, ${rows.judged} judged, ${rows.attack} of attacks: base rate ${figure(baseRate)} is the average precision of calling everything an attack`;
}

/** The table's lines; notes below it are of single models. */
export function tableLines(results: readonly Result[]): string[] {
  const ordered = inOrder(results);
  const rows = [[...HEAD], ...ordered.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [
    ...rows.map(line),
    ...ordered.flatMap(({ model, notes }) => notes.map((note) => `note: ${model}: ${note}`)),
  ];
}
