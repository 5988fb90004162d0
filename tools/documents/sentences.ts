import { type Page, proseOf } from './pages.ts';

/** More words than this are long. */
export const LONG = 30;
export const LONGEST_LINE = 125;

/** Paragraphs and items of lists, each on one line; headings and tables are no sentences. */
function paragraphsOf(page: Page): string[] {
  return proseOf(page)
    .replace(/^(\s*)(?:[-*]|\d+\.) /gm, '\n$1')
    .split(/\n\s*\n/)
    .filter((part) => !/^\s*(#|\||!\[)/.test(part))
    .map((part) => part.replace(/\s+/g, ' ').trim())
    .filter((part) => part !== '');
}

/** A text as it is read: code and links count as their words. */
function plain(text: string): string {
  return text
    .replace(/`[^`]*`/g, 'Code')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\*\*|__/g, '');
}

/**
 * The sentences of a page's prose. A sentence ends at a full stop, question mark or exclamation mark that a space and a capital, a
 * digit or the end follows; a colon before a list ends one too, since what follows it are paragraphs of their own.
 *
 * @internal exported for its own tests
 */
export function sentencesOf(page: Page): string[] {
  return paragraphsOf(page)
    .map(plain)
    .flatMap((paragraph) => paragraph.split(/(?<=[.?!][)"']?) (?=[A-Z0-9("'])/))
    .filter((sentence) => /[a-z]/i.test(sentence));
}

/** Words of a sentence: whatever spaces part, if it has a letter or digit. */
function wordsOf(sentence: string): number {
  return sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

export interface Measure {
  readonly path: string;
  readonly lines: number;
  /** Characters of the longest line that is neither in a table, nor in code, nor one word that cannot be broken. */
  readonly longestLine: number;
  readonly sentences: number;
  readonly long: readonly string[];
}

/** Whether a line could be shorter. */
export function isFree(line: string): boolean {
  return !/^\s*\|/.test(line) && line.trim().split(/ +/).length > 3;
}

export function measure(page: Page): Measure {
  const sentences = sentencesOf(page);
  const lengths = proseOf(page)
    .split('\n')
    .filter(isFree)
    .map((line) => line.length);
  return {
    path: page.path,
    lines: page.text.split('\n').length - 1,
    longestLine: Math.max(0, ...lengths),
    sentences: sentences.length,
    long: sentences.filter((sentence) => wordsOf(sentence) > LONG),
  };
}
