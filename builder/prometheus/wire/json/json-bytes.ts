/** The bytes that give JSON its structure. */
export const BYTE = {
  QUOTE: 0x22,
  BACKSLASH: 0x5c,
  COMMA: 0x2c,
  COLON: 0x3a,
  OPEN_BRACKET: 0x5b,
  CLOSE_BRACKET: 0x5d,
  OPEN_BRACE: 0x7b,
  CLOSE_BRACE: 0x7d,
} as const;

/** Space, tab, line feed, carriage return. */
export function isWhitespace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/**
 * Where the value that begins at `at` ends, or -1 when more bytes are needed to tell. Of what is no JSON it finds some
 * end too: whoever parses it will notice.
 */
export function endOfValue(bytes: Uint8Array, at: number): number {
  let depth = 0;
  for (let i = at; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte === BYTE.QUOTE) {
      i = endOfString(bytes, i) - 1;
      if (i < 0) return -1;
      if (depth === 0) return i + 1;
    } else if (byte === BYTE.OPEN_BRACE || byte === BYTE.OPEN_BRACKET) depth++;
    else if (byte === BYTE.CLOSE_BRACE || byte === BYTE.CLOSE_BRACKET) {
      if (depth === 0) return i;
      depth--;
      if (depth === 0) return i + 1;
    } else if (depth === 0 && (byte === BYTE.COMMA || byte === BYTE.COLON || isWhitespace(byte))) return i;
  }
  return -1;
}

function endOfString(bytes: Uint8Array, at: number): number {
  for (let i = at + 1; i < bytes.length; i++) {
    if (bytes[i] === BYTE.QUOTE) return i + 1;
    if (bytes[i] === BYTE.BACKSLASH) i++;
  }
  return -1;
}
