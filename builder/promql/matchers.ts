/** Label matchers, as they stand between the braces of a selector. */
import type { SyntaxNode } from '@lezer/common';
import type { Matcher } from '../samples/series.ts';
import { childrenOf, type Parsed, PromqlRefused, parsePromql, textOf } from './parse.ts';
import { unquoted } from './strings.ts';

const OPERATORS: readonly string[] = ['=', '!=', '=~', '!~'] satisfies Matcher['operator'][];

function matcherOf(parsed: Parsed, node: SyntaxNode): Matcher | undefined {
  const [label, operation, literal] = childrenOf(node);
  if (label === undefined || operation === undefined || literal === undefined) return undefined;
  const name = label.name === 'QuotedLabelName' ? unquoted(textOf(parsed, label)) : textOf(parsed, label);
  const value = unquoted(textOf(parsed, literal));
  const operator = textOf(parsed, operation);
  if (name === undefined || name === '' || value === undefined || !OPERATORS.includes(operator))
    return undefined;
  return { name, operator: operator as Matcher['operator'], value };
}

/** Reads matchers as they stand between the braces of a selector; undefined when the text is anything else. */
export function parseMatchers(text: string): Matcher[] | undefined {
  if (text.trim() === '') return [];
  let parsed: Parsed;
  try {
    // On a line of its own, so that a comment cannot hide the brace.
    parsed = parsePromql(`{${text}\n}`);
  } catch (error) {
    if (error instanceof PromqlRefused) return undefined;
    throw error;
  }
  const [braces, ...others] = childrenOf(parsed.top);
  if (parsed.top.name !== 'VectorSelector' || braces?.name !== 'LabelMatchers' || others.length > 0)
    return undefined;
  const found = childrenOf(braces).map((node) => matcherOf(parsed, node));
  return found.every((matcher) => matcher !== undefined) ? found : undefined;
}

/** All matchers in an expression; one whose text cannot be known has none. */
export function matchersIn(promql: string): Matcher[] {
  const parsed = parsePromql(promql);
  const found: Matcher[] = [];
  parsed.top.cursor().iterate(({ name, node }) => {
    if (name !== 'UnquotedLabelMatcher' && name !== 'QuotedLabelMatcher') return;
    const matcher = matcherOf(parsed, node);
    if (matcher !== undefined) found.push(matcher);
  });
  return found;
}
