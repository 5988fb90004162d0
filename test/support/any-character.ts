import fc from 'fast-check';

const SURROGATES = [0xd800, 0xdfff] as const;
const LAST = 0x10ffff;

function codePointOf(character: unknown): number {
  const code = typeof character === 'string' ? character.codePointAt(0) : undefined;
  if (code === undefined || String.fromCodePoint(code) !== character) throw new Error('not one character');
  return code;
}

const between = (min: number, max: number) =>
  fc.integer({ min, max }).map((code) => String.fromCodePoint(code), codePointOf);

/**
 * Any code point of Unicode but surrogates, for `fc.string`: what its unit `binary` is, which takes a second of a CPU and 100 MB in each process, for a
 * table of a million characters.
 */
export const anyCharacter = fc.oneof(
  { weight: SURROGATES[0], arbitrary: between(0, SURROGATES[0] - 1) },
  { weight: LAST - SURROGATES[1], arbitrary: between(SURROGATES[1] + 1, LAST) },
);
