/** Texts as PromQL quotes them: as Go does, and between single quotes as well. */

const SIMPLE: ReadonlyMap<string, number> = new Map(
  Object.entries({ a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92, "'": 39, '"': 34 }),
);
const PARTS =
  /[^\\]+|\\x([0-9a-fA-F]{2})|\\([0-3][0-7]{2})|\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})|\\([abfnrtv\\'"])/gsy;
const MOST_CODE_POINT = 0x10ffff;

function isCodePoint(code: number): boolean {
  return code <= MOST_CODE_POINT && !(code >= 0xd800 && code <= 0xdfff);
}

/**
 * The text that a literal stands for.
 *
 * @param literal with its quotes
 * @returns undefined when the server would not take it, or when it is no Unicode
 */
export function unquoted(literal: string): string | undefined {
  const quote = literal[0] ?? '';
  const inner = literal.slice(1, -1);
  if (literal.length < 2 || literal.at(-1) !== quote) return undefined;
  if (quote === '`') return inner;
  if (inner.includes('\n')) return undefined;
  const parts: Uint8Array[] = [];
  PARTS.lastIndex = 0;
  while (PARTS.lastIndex < inner.length) {
    const match = PARTS.exec(inner);
    if (match === null) return undefined;
    const [all, hexadecimal, octal, short, long, simple] = match;
    const code = Number.parseInt(short ?? long ?? '', 16);
    if (simple !== undefined) {
      if ((simple === "'" || simple === '"') && simple !== quote) return undefined;
      parts.push(Uint8Array.of(SIMPLE.get(simple) ?? 0));
    } else if (hexadecimal !== undefined) parts.push(Uint8Array.of(Number.parseInt(hexadecimal, 16)));
    else if (octal !== undefined) parts.push(Uint8Array.of(Number.parseInt(octal, 8)));
    else if (Number.isNaN(code)) parts.push(Buffer.from(all));
    else if (isCodePoint(code)) parts.push(Buffer.from(String.fromCodePoint(code)));
    else return undefined;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts));
  } catch {
    // Bytes that are no UTF-8: no label of the server's is like that.
    return undefined;
  }
}
