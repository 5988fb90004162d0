import { isFree, LONGEST_LINE } from './sentences.ts';

const WIDTH = 120;
/** At the beginning of a line these would be a list, a heading, a table or a quotation. */
const MARKER = /^(?:[-=+*]+|#{1,6}|\d+[.)])$|^(?:[>|]|```)/;

/** What is not broken: a word, and a link or code with the words in it. */
const WORD = /(?:\[[^\]]*\](?:\([^)\s]*\))?|`[^`]*`|[^\s[`]|[[`])+/g;

function wrapped(words: readonly string[], first: string, indent: string): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of words) {
    const fits = line.length + 1 + word.length <= WIDTH;
    if (!isEmpty && !fits && !MARKER.test(word)) {
      lines.push(line);
      line = `${indent}${word}`;
    } else line = isEmpty ? `${line}${word}` : `${line} ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

/** A paragraph, or an item of a list, on lines that fit; one that fits already stays as somebody wrote it. */
function fitted(lines: readonly string[]): readonly string[] {
  if (!lines.some((line) => isFree(line) && line.length > LONGEST_LINE)) return lines;
  const [, first = '', rest = ''] = /^(\s*(?:(?:[-*]|\d+\.) )?)(.*)$/.exec(lines[0] ?? '') ?? [];
  const words = [rest, ...lines.slice(1)].join(' ').match(WORD) ?? [];
  return wrapped(words, first, ' '.repeat(first.length));
}

const isItem = (line: string) => /^\s*([-*]|\d+\.) /.test(line);
const isFixed = (line: string) => /^\s*(\||#|<!--|```|!\[)/.test(line);

/** Markdown with no line of prose that is too long; what is shown does not change. */
export function wrap(text: string): string {
  const out: string[] = [];
  let paragraph: string[] = [];
  let isFenced = false;
  let isComment = false;
  const flush = () => {
    out.push(...fitted(paragraph));
    paragraph = [];
  };
  for (const line of text.split('\n')) {
    const isVerbatim =
      isFenced ||
      isComment ||
      isFixed(line) ||
      line.trim() === '' ||
      (/^ {4}/.test(line) && paragraph.length === 0);
    if (isVerbatim || isItem(line)) flush();
    if (isVerbatim) out.push(line);
    else paragraph.push(line);
    if (/^\s*```/.test(line)) isFenced = !isFenced;
    if (!isFenced && line.includes('<!--')) isComment = true;
    if (line.includes('-->')) isComment = false;
  }
  flush();
  return out.join('\n');
}
