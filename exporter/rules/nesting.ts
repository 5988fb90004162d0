import { Lexer } from 'yaml';

const SCALAR_FOLLOWS = '\x1f';
const MAX_DEPTH = 16;
const MAX_INDENT = 64;
const MAX_TOKENS = 30_000;

/**
 * The first line on which a YAML text nests deeper, or has more parts, than rules do; undefined when none does.
 *
 * The library composes a document by recursion, and its tokens come without: some thousand brackets would take its
 * stack and, in the middle of a regular expression, the process with it. Very many parts would take it seconds.
 */
export function firstTooDeepLine(text: string): number | undefined {
  let line = 1;
  let tokens = 0;
  let brackets = 0;
  let nestedOnLine = 0;
  let before = '\n';
  for (const token of new Lexer().lex(text)) {
    const isScalar = before === SCALAR_FOLLOWS;
    if (!isScalar && (token === '[' || token === '{')) brackets += 1;
    else if (!isScalar && (token === ']' || token === '}')) brackets -= 1;
    else if (!isScalar && (token === '-' || token === '?' || (token === ':' && brackets === 0)))
      nestedOnLine += 1;
    const indented = before.endsWith('\n') && /^ +$/.test(token) && token.length > MAX_INDENT;
    tokens += 1;
    if (brackets > MAX_DEPTH || nestedOnLine > MAX_DEPTH || indented || tokens > MAX_TOKENS) return line;
    for (let at = token.indexOf('\n'); at >= 0; at = token.indexOf('\n', at + 1)) {
      line += 1;
      nestedOnLine = 0;
    }
    before = token;
  }
  return undefined;
}
