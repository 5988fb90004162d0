import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import { BuilderError, messageOf, systemCode } from '../../common/errors.ts';
import { LATEST_MS, parseRfc3339, unlikelyNumber } from '../../common/times.ts';
import {
  DEFAULT_ROLE,
  EPISODE_COLUMNS,
  type Episode,
  INVOLVEMENTS,
  type Involvement,
  lineKey,
  nodeText,
  REQUIRED_COLUMNS,
} from './contract.ts';
import { decodeText, UndecodableText } from './decode.ts';

/** Episodes with what the manifest says of their file. */
export interface EpisodesFile {
  readonly file: string;
  readonly sha256: string;
  readonly episodes: readonly Episode[];
}

const MILLISECONDS = /^\d+$/;
/** Fewer milliseconds than this are the seventies, and far more likely Unix seconds. */
const EARLIEST_MS = 100_000_000_000;

const known: readonly string[] = EPISODE_COLUMNS;

type Fields = Readonly<Record<string, string>>;

function labelsError(place: string, message: string, options?: ErrorOptions): BuilderError {
  return new BuilderError('labels', `${place}: ${message}`, options);
}

/** How spreadsheets show times, once they have taken them for their own. */
const SPREADSHEET_TIMES: readonly (readonly [RegExp, string])[] = [
  [
    /^\d+([.,]\d+)?E\+?\d+$/i,
    'a spreadsheet has rounded it: format the column as text, or as a number without decimals, and write',
  ],
  [
    /^\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}([ ,T]+\d{1,2}:\d{2}(:\d{2})?([.,]\d+)?( ?[AP]M)?)?$/i,
    'a time without its zone, as spreadsheets write it, is another moment on another machine: write',
  ],
  [/^\d{5}([.,]\d+)?$/, "a spreadsheet's count of days knows no zone: write"],
];

/** What a text that is no time may be, and what to write instead. */
function noTime(field: string, text: string): string {
  const explained = SPREADSHEET_TIMES.find(([pattern]) => pattern.test(text))?.[1] ?? 'write';
  return `${field} ${JSON.stringify(text)} is no time: ${explained} UTC milliseconds or RFC 3339 with its zone (2026-11-23T13:47:00Z)`;
}

function timeOf(field: 'start' | 'end', text: string, place: string): number {
  if (text === '') {
    const open = field === 'end' ? ': an episode that has not ended cannot label rows' : '';
    throw labelsError(place, `${field} is empty${open}`);
  }
  if (MILLISECONDS.test(text)) {
    const ms = Number(text);
    if (ms >= EARLIEST_MS && ms <= LATEST_MS) return ms;
    throw labelsError(place, `${field} ${unlikelyNumber(text, 'milliseconds')}`);
  }
  const ms = parseRfc3339(text);
  if (ms !== undefined) return ms;
  throw labelsError(place, noTime(field, text));
}

function involvementOf({ involvement = '', pod = '' }: Fields, place: string): Involvement | undefined {
  if (involvement === '') return undefined;
  if (pod === '') throw labelsError(place, `involvement ${involvement} is a pod's, and the line names none`);
  const known = INVOLVEMENTS.find((one) => one === involvement);
  if (known !== undefined) return known;
  throw labelsError(
    place,
    `involvement ${JSON.stringify(involvement)} must be ${INVOLVEMENTS.join(', ')}, or empty`,
  );
}

function episodeOf(fields: Fields, place: string): Episode {
  for (const name of ['episode', 'scenario', 'node'] as const) {
    if (fields[name] === '') throw labelsError(place, `${name} is empty`);
  }
  const { episode = '', scenario = '', start = '', end = '', node = '' } = fields;
  const { cluster = '', namespace = '', pod = '', role = '', run = '', chain = '', stage = '' } = fields;
  if ((chain === '') !== (stage === ''))
    throw labelsError(place, 'chain and stage go together: which attack, and which of its stages');
  const involvement = involvementOf(fields, place);
  if (scenario === 'normal')
    throw labelsError(place, 'scenario normal: that is the label of rows without an episode');
  const startMs = timeOf('start', start, place);
  const endMs = timeOf('end', end, place);
  if (endMs <= startMs) throw labelsError(place, `end ${end} is not after start ${start}`);
  const who = { node, namespace, pod, role: role || DEFAULT_ROLE, run };
  const told = {
    ...(cluster !== '' && { cluster }),
    ...(involvement !== undefined && { involvement }),
    ...(chain !== '' && { chain, stage }),
  };
  return { episode, scenario, startMs, endMs, ...who, place, ...told };
}

const SEPARATORS = [
  [';', 'semicolons'],
  ['\t', 'tabs'],
  ['|', 'bars'],
] as const;

/** Refuses what other programs make of a comma-separated file, so that the message is about that. */
function checkShape(names: readonly string[], place: string): void {
  const [first = ''] = names;
  if (/^sep=/i.test(first))
    throw labelsError(
      place,
      `"sep=" is for a spreadsheet alone: delete the line, so that the header is first`,
    );
  if (names.length <= 2) {
    const other = SEPARATORS.find(([separator]) => first.split(separator).length > 2);
    if (other !== undefined)
      throw labelsError(
        place,
        `its fields are separated by ${other[1]}: separate them by commas (a spreadsheet's «CSV» takes the separator of its region)`,
      );
  }
  const nameless = names.indexOf('');
  if (nameless >= 0)
    throw labelsError(
      place,
      `column ${nameless + 1} has no name: delete empty columns, as spreadsheets leave them at the ends of lines`,
    );
}

function checkHeader(header: readonly string[], place: string): string[] {
  const names = header.map((name) => name.trim());
  checkShape(names, place);
  for (const name of names) {
    if (!known.includes(name)) {
      throw labelsError(place, `unknown column ${JSON.stringify(name)}: the columns are ${known.join(', ')}`);
    }
  }
  const missing = REQUIRED_COLUMNS.find((name) => !names.includes(name));
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

/**
 * Parses an episodes file: CSV with a header line, `episode,scenario,start,end[,cluster],node[,namespace,pod][,role][,involvement][,run][,chain,stage]`.
 *
 * @param file how messages name it
 * @throws {BuilderError} `labels`, naming the line
 */
export function parseEpisodes(text: string, file: string): Episode[] {
  const [header, ...lines] = parseLines(text, file);
  if (header === undefined) throw labelsError(file, `is empty: its first line must be ${known.join(',')}`);
  const names = checkHeader(header.record, `${file} line ${header.info.lines}`);
  const places = new Map<string, string>();
  return lines.map(({ record, info }) => {
    const place = `${file} line ${info.lines}`;
    if (record.length !== names.length) {
      throw labelsError(place, `has ${record.length} fields where the header has ${names.length}`);
    }
    const episode = episodeOf(Object.fromEntries(names.map((name, i) => [name, record[i] ?? ''])), place);
    const earlier = places.get(lineKey(episode));
    if (earlier !== undefined) {
      throw labelsError(
        place,
        `episode ${episode.episode} on node ${nodeText(episode)} stands on ${earlier} already`,
      );
    }
    places.set(lineKey(episode), place);
    return episode;
  });
}

/**
 * Decodes and parses an episodes file.
 *
 * @param file how messages name it
 * @throws {BuilderError} `labels`, naming the line
 */
export function decodeEpisodes(bytes: Uint8Array, file: string): Episode[] {
  let text: string;
  try {
    text = decodeText(bytes);
  } catch (error) {
    if (!(error instanceof UndecodableText)) throw error;
    const place = error.line === undefined ? file : `${file} line ${error.line}`;
    throw labelsError(place, error.message, { cause: error });
  }
  return parseEpisodes(text, file);
}

/** Reads an episodes file; its digest is of the bytes that are there. */
export function readEpisodes(path: string): EpisodesFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const reason = systemCode(error) === 'ENOENT' ? 'there is no such file' : messageOf(error);
    throw labelsError(`labels ${path}`, reason, { cause: error });
  }
  const file = basename(path);
  return {
    file,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    episodes: decodeEpisodes(bytes, file),
  };
}
