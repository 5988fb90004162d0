import { malformed, SourceError, shorten } from './errors.ts';

interface Line {
  readonly expected: string;
  readonly text: string;
}

/**
 * Lines of a table that nobody here understands.
 *
 * Others write into the kernel's tables as well: the names of devices, options of mounts, folders in a cgroup. One such
 * line costs that line. Who reads a table knows whether anything that is exposed is lost with it.
 */
export class Unread {
  readonly path: string;
  /** The first line of each name. */
  readonly #named = new Map<string, Line>();
  #count = 0;
  #first: Line | undefined;

  /** @param path the table, as errors call it */
  constructor(path: string) {
    this.path = path;
  }

  /** What the lines are about, where that much of them could be read: a device, a mount point. */
  get names(): string[] {
    return [...this.#named.keys()];
  }

  add(expected: string, text: string, name: string | undefined): void {
    const line = { expected, text };
    this.#first ??= line;
    this.#count++;
    if (name !== undefined && !this.#named.has(name)) this.#named.set(name, line);
  }

  /**
   * What there is to say: nothing, or one error. It is `malformed` when something that would be exposed is lost, and
   * `foreign`, which is no failure, when nothing is.
   *
   * @param isExposed whether what a line is about would be exposed
   */
  errors(isExposed: (name: string) => boolean = () => true): SourceError[] {
    const first = this.#first;
    if (first === undefined) return [];
    for (const [name, { expected, text }] of this.#named) {
      if (isExposed(name)) return [malformed(this.path, expected, text)];
    }
    const lines = this.#count === 1 ? 'a line' : `${this.#count} lines`;
    const message = `${this.path}: left out ${lines} like ${shorten(first.text)}, expected ${first.expected}`;
    return [new SourceError('foreign', this.path, message)];
  }
}

/**
 * Goes through the lines of a table, empty ones left out.
 *
 * @param begin where the first line begins, behind the headings
 * @param expected what a line should be, for whoever reads the error
 * @param unread receives what was not understood
 * @param understand takes a line; false, or the name of what it is about, when it is not understood
 * @throws {SourceError} `malformed` when there are lines and none of them is understood: then it is another table
 */
export function eachLine(
  text: string,
  begin: number,
  expected: string,
  unread: Unread,
  understand: (line: string) => boolean | string,
): void {
  let understood = 0;
  let first: string | undefined;
  for (let at = begin; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(at, end);
    at = end + 1;
    if (isBlank(line)) continue;
    const result = understand(line);
    if (result === true) {
      understood++;
      continue;
    }
    first ??= line;
    unread.add(expected, line, result === false ? undefined : result);
  }
  if (understood === 0 && first !== undefined) throw malformed(unread.path, expected, first);
}

const SPACE = 0x20;
const TAB = 0x09;

const isGap = (code: number) => code === SPACE || code === TAB;

function isBlank(line: string): boolean {
  for (let i = 0; i < line.length; i++) if (!isGap(line.charCodeAt(i))) return false;
  return true;
}

/**
 * The fields of a line, between spaces and tabs. No other character is a gap to the kernel: a name may hold what
 * JavaScript takes for white space.
 *
 * @param most the rest of the line behind so many is not looked at
 */
export function fieldsOf(line: string, most = Infinity): string[] {
  const fields: string[] = [];
  let at = 0;
  while (fields.length < most) {
    while (at < line.length && isGap(line.charCodeAt(at))) at++;
    if (at === line.length) break;
    const begin = at;
    while (at < line.length && !isGap(line.charCodeAt(at))) at++;
    fields.push(line.slice(begin, at));
  }
  return fields;
}

const ZERO = 0x30;
const NINE = 0x39;
/** Of the kernel's largest number, 2⁶⁴ − 1. */
const MOST_DIGITS = 20;

/** A whole number as the kernel writes it; undefined for any other text. */
export function wholeNumber(text: string): number | undefined {
  if (text.length === 0 || text.length > MOST_DIGITS) return undefined;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < ZERO || code > NINE) return undefined;
  }
  return Number(text);
}

/** Where the first line from `from` on begins that begins with `prefix`; -1 where there is none. */
export function findLine(text: string, prefix: string, from = 0): number {
  if (text.startsWith(prefix, from)) return from;
  const newline = text.indexOf(`\n${prefix}`, from);
  return newline < 0 ? -1 : newline + 1;
}

/** The line that begins at `at`. */
export function lineAt(text: string, at: number): string {
  const end = text.indexOf('\n', at);
  return text.slice(at, end < 0 ? undefined : end);
}

/** The first line that begins with `prefix`; undefined where there is none. */
export function lineWith(text: string, prefix: string): string | undefined {
  const at = findLine(text, prefix);
  return at < 0 ? undefined : lineAt(text, at);
}
