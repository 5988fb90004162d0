/** Longest texts of a record, in characters: a path can have 4,095 bytes, and a line of JSON is to stay one that log collectors take whole. */
export const MOST_CHARACTERS = 4_096;
/** Elements of a list. */
const MOST_TEXTS = 256;

/** Half of a character that takes two. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const ANY_SURROGATE = /[\ud800-\udfff]/;

/** What was cut off, by how many characters. */
const mark = (cut: number) => `…[+${cut}]`;

/** The text as UTF-8 can hold it: what is no character becomes U+FFFD. */
export function wellFormed(text: string): string {
  return ANY_SURROGATE.test(text) ? text.replace(LONE_SURROGATE, '\ufffd') : text;
}

/** The first so many characters, none of them a half. */
function beginning(text: string, most: number): string {
  const head = text.slice(0, most);
  return /[\ud800-\udbff]$/.test(head) ? head.slice(0, -1) : head;
}

/**
 * The beginning of a text that is too long, with a mark of how many characters were cut off: `abc…[+96]`.
 *
 * @param cut what was cut off before
 */
export function bounded(text: string, most = MOST_CHARACTERS, cut = 0): string {
  const head = text.length <= most ? text : beginning(text, most);
  const lost = text.length - head.length + cut;
  return lost === 0 ? text : `${head}${mark(lost)}`;
}

/**
 * Texts that together have so many characters at most, and are so many; what is beyond them is one last element, `…[+96]`.
 *
 * @param cuts what was cut off each before
 */
export function boundedList(texts: readonly string[], cuts: readonly number[] = []): string[] {
  const kept: string[] = [];
  let left = MOST_CHARACTERS;
  for (const [i, text] of texts.entries()) {
    if (kept.length >= MOST_TEXTS || left <= 0) break;
    kept.push(bounded(text, left, cuts[i]));
    left -= text.length;
  }
  const beyond = texts.slice(kept.length).map(({ length }, i) => length + (cuts[kept.length + i] ?? 0));
  if (beyond.length > 0) kept.push(mark(beyond.reduce((sum, length) => sum + length)));
  return kept;
}
