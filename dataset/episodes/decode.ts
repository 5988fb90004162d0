/** The text of an episodes file, which people save from spreadsheets and editors in whatever encoding those prefer. */
import { isUtf8 } from 'node:buffer';

const UTF8_MARK = [0xef, 0xbb, 0xbf];
const UTF16 = [
  { encoding: 'utf-16le', mark: [0xff, 0xfe] },
  { encoding: 'utf-16be', mark: [0xfe, 0xff] },
] as const;
const LINE_FEED = 0x0a;
const SAVE_AS = 'save it as UTF-8 (a spreadsheet calls it «CSV UTF-8»; iconv -f WINDOWS-1252 -t UTF-8)';

/** A file whose bytes are no text; the line is counted from 1 where there are lines. */
export class UndecodableText extends Error {
  readonly line: number | undefined;

  constructor(message: string, line?: number, options?: ErrorOptions) {
    super(message, options);
    this.line = line;
  }
}

function startsWith(bytes: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((byte, i) => bytes[i] === byte);
}

/** The first line that is not UTF-8: a line feed is never a part of another character. */
function firstBadLine(bytes: Uint8Array): { readonly number: number; readonly line: Uint8Array } {
  let from = 0;
  for (let number = 1; ; number++) {
    const end = bytes.indexOf(LINE_FEED, from);
    const line = bytes.subarray(from, end < 0 ? bytes.length : end);
    if (end < 0 || !isUtf8(line)) return { number, line };
    from = end + 1;
  }
}

/** What the line would be in the encoding that is most often taken for UTF-8. */
function guessOf(line: Uint8Array): string {
  const text = new TextDecoder('windows-1252').decode(line);
  const word = /[^\s,;"]*\P{ASCII}[^\s,;"]*/u.exec(text)?.[0];
  return word === undefined ? '' : ` (Latin-1 would make it ${JSON.stringify(word.slice(0, 40))})`;
}

function decodeUtf16(bytes: Uint8Array, encoding: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UndecodableText(`begins as ${encoding.toUpperCase()} and is none: ${SAVE_AS}`, undefined, {
      cause,
    });
  }
}

/**
 * Decodes UTF-8, with or without a byte order mark, and UTF-16 with one. Other encodings are never guessed: a name that
 * is read otherwise than it was written is another name.
 *
 * @throws {UndecodableText}
 */
export function decodeText(bytes: Uint8Array): string {
  const utf16 = UTF16.find(({ mark }) => startsWith(bytes, mark));
  if (utf16 !== undefined) return decodeUtf16(bytes, utf16.encoding);
  if (!isUtf8(bytes)) {
    const { number, line } = firstBadLine(bytes);
    throw new UndecodableText(`is not UTF-8${guessOf(line)}: ${SAVE_AS}`, number);
  }
  if (bytes.includes(0)) {
    const before = bytes.subarray(0, bytes.indexOf(0));
    const line = before.filter((byte) => byte === LINE_FEED).length + 1;
    throw new UndecodableText(`holds NUL bytes, as UTF-16 without a byte order mark does: ${SAVE_AS}`, line);
  }
  return new TextDecoder().decode(startsWith(bytes, UTF8_MARK) ? bytes.subarray(UTF8_MARK.length) : bytes);
}
