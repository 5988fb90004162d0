/** CSV with a line for each row of a dataset, told by time and name: written by anybody, and believed in nothing. */
import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { BuilderError, messageOf, systemCode } from '../../common/errors.ts';
import { excerpt } from '../../common/excerpt.ts';
import { parseRfc3339 } from '../../common/times.ts';
import { InputFile } from '../../dataset/files/input-file.ts';
import { entityText } from '../../dataset/model/entity.ts';
import type { Series } from '../../learning/table/series.ts';

/** More than a hundred million lines of scores. */
const MOST_BYTES = 2 ** 33;
const LONGEST_LINE = 8_192;
const NAMES = ['cluster', 'node', 'namespace', 'pod'] as const;
const MILLISECONDS = /^\d{12,15}$/;

/** A line's place among the rows of the dataset, and its other fields. */
export interface KeyedLine {
  readonly series: number;
  readonly row: number;
  /** As messages name it: `submit.csv line 7`. */
  readonly place: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface KeyedFile {
  readonly sha256: string;
}

function wrong(place: string, message: string, cause?: unknown): BuilderError {
  return new BuilderError('data', `${place}: ${message}`, cause === undefined ? undefined : { cause });
}

/** Finds the rows of a dataset by what a line tells. */
class RowFinder {
  readonly #series: readonly Series[];
  readonly #byKey = new Map<string, number[]>();
  readonly #columns: readonly string[];
  readonly #last: { row: number; line: number }[];
  readonly #lines: Uint32Array[];

  /** @param columns those of the names that the file has */
  constructor(series: readonly Series[], columns: readonly string[]) {
    this.#series = series;
    this.#columns = columns;
    this.#last = series.map(() => ({ row: -1, line: 0 }));
    this.#lines = series.map(({ facts }) => new Uint32Array(facts.length));
    series.forEach(({ entity }, i) => {
      const key = this.#key((name) => entity[name] ?? '');
      this.#byKey.set(key, [...(this.#byKey.get(key) ?? []), i]);
    });
  }

  #key(of: (name: (typeof NAMES)[number]) => string): string {
    return JSON.stringify(NAMES.filter((name) => this.#columns.includes(name)).map(of));
  }

  /** @throws {BuilderError} `data` for a row that is not there, was there, or is out of order */
  find(fields: Readonly<Record<string, string>>, timeMs: number, line: number, place: string) {
    const found = this.#byKey.get(this.#key((name) => fields[name] ?? '')) ?? [];
    const [series] = found;
    const said = NAMES.filter((name) => this.#columns.includes(name))
      .map((name) => `${name} ${JSON.stringify(excerpt(fields[name] ?? ''))}`)
      .join(', ');
    if (series === undefined) throw wrong(place, `the dataset has no rows of ${said}`);
    if (found.length > 1)
      throw wrong(place, `${said} is in several clusters of the dataset: give the column cluster too`);
    const { timesMs, entity } = this.#series[series] as Series;
    const row = rowAt(timesMs, timeMs);
    const what = `the row of ${entityText(entity)} at ${new Date(timeMs).toISOString()}`;
    if (row === undefined) throw wrong(place, `the dataset has not ${what}`);
    const lines = this.#lines[series] as Uint32Array;
    const earlier = lines[row] as number;
    if (earlier > 0) throw wrong(place, `${what} stands on line ${earlier} already`);
    const last = this.#last[series] as { row: number; line: number };
    if (row < last.row)
      throw wrong(
        place,
        `${what} comes after a later one, on line ${last.line}: the rows of a ${entity.pod === undefined ? 'node' : 'pod'} must be in the order of their times`,
      );
    lines[row] = line;
    this.#last[series] = { row, line };
    return { series, row };
  }
}

/** The place of a time among ascending ones. */
function rowAt(timesMs: Float64Array, timeMs: number): number | undefined {
  let low = 0;
  let high = timesMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timesMs[middle] as number) < timeMs) low = middle + 1;
    else high = middle;
  }
  return timesMs[low] === timeMs ? low : undefined;
}

function timeOf(text: string, place: string): number {
  const ms = MILLISECONDS.test(text) ? Number(text) : parseRfc3339(text);
  if (ms !== undefined) return ms;
  throw wrong(
    place,
    `timestamp ${JSON.stringify(excerpt(text))} is no time: write UTC milliseconds or RFC 3339 with its zone (2026-11-23T13:47:00Z)`,
  );
}

interface Shape {
  /** Columns beside the key that must be there, and those that may. */
  readonly required: readonly string[];
  readonly optional?: readonly string[];
}

function checkHeader(
  names: readonly string[],
  { required, optional = [] }: Shape,
  ofPods: boolean,
  place: string,
) {
  const key = ['timestamp', 'node', ...(ofPods ? ['namespace', 'pod'] : [])];
  const wanted = [...key, ...required];
  const known = [...wanted, 'cluster', ...optional];
  const shown = `the columns are ${wanted.join(', ')}${optional.length === 0 ? '' : `, and if you like ${optional.join(', ')}`}`;
  const missing = wanted.find((name) => !names.includes(name));
  if (missing !== undefined) throw wrong(place, `there is no column ${missing} in the header: ${shown}`);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw wrong(place, `unknown column ${JSON.stringify(excerpt(unknown))}: ${shown}`);
  if (new Set(names).size < names.length) throw wrong(place, 'a column is named twice');
}

interface ParsedLine {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * Reads a file line by line.
 *
 * @param name how messages name it
 * @param take gets each line with the row that it is about, each row once and the rows of a node in the order of their times
 * @throws {BuilderError} `data`, naming the line
 */
export async function readKeyed(
  path: string,
  name: string,
  series: readonly Series[],
  shape: Shape,
  take: (line: KeyedLine) => void,
): Promise<KeyedFile> {
  let file: InputFile;
  try {
    file = new InputFile(path);
  } catch (error) {
    throw wrong(name, systemCode(error) === 'ENOENT' ? 'there is no such file' : messageOf(error), error);
  }
  try {
    if (file.bytes > MOST_BYTES)
      throw wrong(name, `has ${file.bytes} bytes, more than the ${MOST_BYTES} that are read`);
    const hash = createHash('sha256');
    const tap = new Transform({
      transform(chunk, _, done) {
        hash.update(chunk);
        done(undefined, chunk);
      },
    });
    const parser = parse({
      ...{ bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: true },
      max_record_size: LONGEST_LINE,
    });
    const source = file.stream();
    source.on('error', (error) => parser.destroy(error));
    source.pipe(tap).pipe(parser);
    let names: readonly string[] | undefined;
    let finder: RowFinder | undefined;
    try {
      for await (const { record, info } of parser as AsyncIterable<ParsedLine>) {
        const place = `${name} line ${info.lines}`;
        if (names === undefined || finder === undefined) {
          names = record;
          checkHeader(
            names,
            shape,
            series.some(({ entity }) => entity.pod !== undefined),
            place,
          );
          finder = new RowFinder(series, names);
          continue;
        }
        if (record.length !== names.length)
          throw wrong(place, `has ${record.length} fields where the header has ${names.length}`);
        const fields = Object.fromEntries(names.map((column, i) => [column, record[i] ?? '']));
        const timeMs = timeOf(fields['timestamp'] ?? '', place);
        take({ ...finder.find(fields, timeMs, info.lines, place), place, fields });
      }
    } finally {
      source.destroy();
    }
    if (names === undefined) throw wrong(name, 'is empty');
    return { sha256: hash.digest('hex') };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? ` line ${error['lines']}` : '';
    throw wrong(`${name}${line}`, messageOf(error).split('\n')[0] ?? '', error);
  } finally {
    file.close();
  }
}
