import { lenientUtf8, wellFormed } from './utf8.ts';

/** `%u0027` is no standard, and IIS takes it. */
const ENCODED = /(?:%u[0-9a-f]{4})+|(?:%[0-9a-f]{2})+/gi;
const FULL_WIDTH = { from: 0xff01, to: 0xff5e, ascii: 0x21 };

const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const APOSTROPHE = 0x27;
const LOOK_ALIKE: ReadonlyMap<number, number> = new Map([
  [0x2044, SLASH],
  [0x2215, SLASH],
  [0x2216, BACKSLASH],
  [0x02b9, APOSTROPHE],
  [0x02bc, APOSTROPHE],
]);

/** IIS takes the nearest character of its code page: ASCII of full-width forms (`%uff07`), a slash of a division slash (`%u2215`). */
function nearest(unit: number): number {
  const { from, to, ascii } = FULL_WIDTH;
  return unit >= from && unit <= to ? unit - from + ascii : (LOOK_ALIKE.get(unit) ?? unit);
}

function decodeRun(run: string): string {
  if (run[1] === 'u' || run[1] === 'U') {
    const units = run.slice(2).split(/%u/i);
    return wellFormed(String.fromCharCode(...units.map((hex) => nearest(Number.parseInt(hex, 16)))));
  }
  return lenientUtf8(
    run
      .slice(1)
      .split('%')
      .map((hex) => Number.parseInt(hex, 16)),
  );
}

/**
 * Undoes percent-encoding once: `%27` is an apostrophe, `%2527` is `%27`. A percent sign without two digits stays.
 *
 * @see https://www.rfc-editor.org/rfc/rfc3986#section-2.1
 */
export function percentDecode(text: string): string {
  return text.includes('%') ? text.replace(ENCODED, decodeRun) : text;
}
