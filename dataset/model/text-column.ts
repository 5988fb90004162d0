/**
 * Texts by number. The columns of a dataset that hold texts hold few different ones: numbers are soon compared,
 * counted, and handed to another thread.
 */
export interface Texts {
  /** What the numbers stand for; a text may be there twice, and null may be among them. */
  readonly texts: readonly (string | null)[];
  /** One number per row. */
  readonly codes: Uint32Array;
}

/** Numbers values in the order in which they come up, the same value by the same number. */
function numbered<T>(values: readonly T[]): { distinct: T[]; codes: Uint32Array } {
  const distinct: T[] = [];
  const known = new Map<T, number>();
  const codes = new Uint32Array(values.length);
  let code = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as T;
    if (row === 0 || value !== values[row - 1]) {
      code = known.get(value) ?? distinct.length;
      if (code === distinct.length) {
        distinct.push(value);
        known.set(value, code);
      }
    }
    codes[row] = code;
  }
  return { distinct, codes };
}

/** The texts of a list. */
export function textsOf(values: readonly (string | null)[]): Texts {
  const { distinct, codes } = numbered(values);
  return { texts: distinct, codes };
}

/** The same text in every row. */
export function everywhere(text: string | null, rows: number): Texts {
  return { texts: [text], codes: new Uint32Array(rows) };
}

/** Texts that the same few objects tell: the columns of their keys have their numbers in common. */
export function textsOfObjects<T>(objects: readonly T[]): (textOf: (object: T) => string | null) => Texts {
  const { distinct, codes } = numbered(objects);
  return (textOf) => ({ texts: distinct.map(textOf), codes });
}

/** The text of a row. */
export function textAt({ texts, codes }: Texts, row: number): string | null {
  return texts[codes[row] as number] ?? null;
}

/** How many rows have each text. */
export function* countsOf({ texts, codes }: Texts): Generator<[text: string | null, rows: number]> {
  const counts = new Uint32Array(texts.length);
  for (const code of codes) counts[code] = (counts[code] as number) + 1;
  for (const [code, text] of texts.entries()) {
    const rows = counts[code] as number;
    if (rows > 0) yield [text, rows];
  }
}

/** How many rows have each two texts of two columns. */
export function* countsOfPairs(
  one: Texts,
  other: Texts,
): Generator<[one: string | null, other: string | null, rows: number]> {
  const counts = new Uint32Array(one.texts.length * other.texts.length);
  for (let row = 0; row < one.codes.length; row++) {
    const pair = (one.codes[row] as number) * other.texts.length + (other.codes[row] as number);
    counts[pair] = (counts[pair] as number) + 1;
  }
  for (const [pair, rows] of counts.entries()) {
    const text = one.texts[Math.floor(pair / other.texts.length)] ?? null;
    if (rows > 0) yield [text, other.texts[pair % other.texts.length] ?? null, rows];
  }
}

/** 1 for the rows with a text that is meant, else 0. */
export function rowsWith({ texts, codes }: Texts, isMeant: (text: string | null) => boolean): Uint8Array {
  const meant = texts.map(isMeant);
  const rows = new Uint8Array(codes.length);
  for (let row = 0; row < codes.length; row++) if (meant[codes[row] as number]) rows[row] = 1;
  return rows;
}
