import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import { BuilderError, messageOf, systemCode } from './errors.ts';
import { parseRfc3339 } from './times.ts';

/** A time during which something was done to a node, [startMs, endMs). */
export interface Episode {
  readonly episode: string;
  readonly scenario: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly node: string;
  readonly namespace: string;
  readonly pod: string;
  /** `benign` for a look-alike; anything else, such as `attack` or `victim`, is an attack. */
  readonly role: string;
  /** The campaign, empty when it has none. */
  readonly run: string;
  /** Where it was written: `episodes.csv line 3`. */
  readonly place: string;
  /** Place of its source among the label sources: the first, 0, when it is not given. */
  readonly rank?: number;
}

/** Episodes with what the manifest says of their file. */
export interface EpisodesFile {
  readonly file: string;
  readonly sha256: string;
  readonly episodes: readonly Episode[];
}

const REQUIRED = ['episode', 'scenario', 'start', 'end', 'node'] as const;
const OPTIONAL = ['namespace', 'pod', 'role', 'run'] as const;
const KNOWN: readonly string[] = [...REQUIRED, ...OPTIONAL];
export const DEFAULT_ROLE = 'attack';

const MILLISECONDS = /^\d+$/;
/** Fewer milliseconds than this are the seventies, and far more likely Unix seconds. */
const EARLIEST_MS = 100_000_000_000;

type Fields = Readonly<Record<string, string>>;

function labelsError(place: string, message: string, options?: ErrorOptions): BuilderError {
  return new BuilderError('labels', `${place}: ${message}`, options);
}

function timeOf(field: 'start' | 'end', text: string, place: string): number {
  if (text === '') {
    const open = field === 'end' ? ': an episode that has not ended cannot label rows' : '';
    throw labelsError(place, `${field} is empty${open}`);
  }
  if (MILLISECONDS.test(text)) {
    const ms = Number(text);
    if (ms >= EARLIEST_MS && Number.isSafeInteger(ms)) return ms;
    throw labelsError(place, `${field} ${text} is not in milliseconds: write UTC milliseconds or RFC 3339`);
  }
  const ms = parseRfc3339(text);
  if (ms !== undefined) return ms;
  throw labelsError(
    place,
    `${field} ${JSON.stringify(text)} is no time: write UTC milliseconds or RFC 3339 with its zone (2026-11-23T13:47:00Z)`,
  );
}

function episodeOf(fields: Fields, place: string): Episode {
  for (const name of ['episode', 'scenario', 'node'] as const) {
    if (fields[name] === '') throw labelsError(place, `${name} is empty`);
  }
  const { episode = '', scenario = '', start = '', end = '', node = '' } = fields;
  const { namespace = '', pod = '', role = '', run = '' } = fields;
  if (scenario === 'normal')
    throw labelsError(place, 'scenario normal: that is the label of rows without an episode');
  const startMs = timeOf('start', start, place);
  const endMs = timeOf('end', end, place);
  if (endMs <= startMs) throw labelsError(place, `end ${end} is not after start ${start}`);
  return { episode, scenario, startMs, endMs, node, namespace, pod, role: role || DEFAULT_ROLE, run, place };
}

function checkHeader(header: readonly string[], place: string): string[] {
  const names = header.map((name) => name.trim());
  for (const name of names) {
    if (!KNOWN.includes(name)) {
      throw labelsError(place, `unknown column ${JSON.stringify(name)}: the columns are ${KNOWN.join(', ')}`);
    }
  }
  const missing = REQUIRED.find((name) => !names.includes(name));
  if (missing !== undefined)
    throw labelsError(place, `there is no column ${JSON.stringify(missing)} in the header`);
  if (new Set(names).size < names.length) throw labelsError(place, 'a column is named twice');
  return names;
}

interface ParsedLine {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

function parseLines(text: string, file: string): ParsedLine[] {
  try {
    const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: true };
    return parse(text, options) as unknown as ParsedLine[];
  } catch (error) {
    const line =
      error instanceof CsvError && typeof error['lines'] === 'number' ? ` line ${error['lines']}` : '';
    throw labelsError(`${file}${line}`, messageOf(error).split('\n')[0] ?? '', { cause: error });
  }
}

/** Who an episode can have only one line for. */
function subject({ episode, node, namespace, pod }: Episode): string {
  return JSON.stringify([episode, node, namespace, pod]);
}

/**
 * Parses an episodes file: CSV with a header line, `episode,scenario,start,end,node[,namespace,pod][,role][,run]`.
 *
 * @param file how messages name it
 * @throws {BuilderError} `labels`, naming the line
 */
export function parseEpisodes(text: string, file: string): Episode[] {
  const [header, ...lines] = parseLines(text, file);
  if (header === undefined) throw labelsError(file, `is empty: its first line must be ${KNOWN.join(',')}`);
  const names = checkHeader(header.record, `${file} line ${header.info.lines}`);
  const places = new Map<string, string>();
  return lines.map(({ record, info }) => {
    const place = `${file} line ${info.lines}`;
    if (record.length !== names.length) {
      throw labelsError(place, `has ${record.length} fields where the header has ${names.length}`);
    }
    const episode = episodeOf(Object.fromEntries(names.map((name, i) => [name, record[i] ?? ''])), place);
    const earlier = places.get(subject(episode));
    if (earlier !== undefined) {
      throw labelsError(
        place,
        `episode ${episode.episode} on node ${episode.node} stands on ${earlier} already`,
      );
    }
    places.set(subject(episode), place);
    return episode;
  });
}

/** Reads an episodes file. */
export function readEpisodes(path: string): EpisodesFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason = systemCode(error) === 'ENOENT' ? 'there is no such file' : messageOf(error);
    throw labelsError(`labels ${path}`, reason, { cause: error });
  }
  const file = basename(path);
  return {
    file,
    sha256: createHash('sha256').update(text).digest('hex'),
    episodes: parseEpisodes(text, file),
  };
}
