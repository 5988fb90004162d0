/** PromQL as a tree, by Prometheus' own grammar; what an expression does is read from it, never from its text. */
import { createRequire } from 'node:module';
import type { SyntaxNode } from '@lezer/common';
import { excerpt } from '../../common/excerpt.ts';

/** Why an expression is refused, to be put behind its place: `cannot be read as PromQL from "offset" on (character 3)`. */
export class PromqlRefused extends Error {
  override readonly name = 'PromqlRefused';
}

/** A node with the text that it was made of. */
export interface Parsed {
  readonly text: string;
  readonly top: SyntaxNode;
}

/** The grammar's tables and the parser above them take 25 ms and 4 MB: a run without expressions does not load them. */
const load = createRequire(import.meta.url);

/** Beyond this the parser's own recursion would be at risk, and nobody wrote it by hand. */
const MOST_CHARACTERS = 10_000;
const SHOWN_CHARACTERS = 40;

/** The name that Prometheus 2 had for a function, by one of the grammar that is as long, so that positions stay. */
const HOLT_WINTERS = 'holt_winters';
const AS_LONG = 'day_of_month';

/** The nodes directly below one, in order, without comments. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling)
    if (child.name !== 'LineComment') children.push(child);
  return children;
}

/** As a message shows it. */
export function shownOf(parsed: Parsed, node: SyntaxNode): string {
  return excerpt(textOf(parsed, node));
}

export function textOf({ text }: Parsed, { from, to }: SyntaxNode): string {
  return text.slice(from, to);
}

/** Two or more functions take a range and two numbers; only one of them had another name. */
function withKnownNames(text: string, top: SyntaxNode): string {
  let known = text;
  top.cursor().iterate(({ name, from }) => {
    if (name === 'VectorSelector' && text.startsWith(HOLT_WINTERS, from))
      known = known.slice(0, from) + AS_LONG + known.slice(from + HOLT_WINTERS.length);
  });
  return known;
}

function check({ text, top }: Parsed): void {
  top.cursor().iterate(({ type, from, to }) => {
    const own = text.slice(from, to);
    if (type.isError) {
      const rest = text.slice(from, from + SHOWN_CHARACTERS);
      const where =
        rest.trim() === '' ? 'at its end' : `from ${JSON.stringify(rest)} on (character ${from + 1})`;
      throw new PromqlRefused(`cannot be read as PromQL ${where}`);
    }
    // The server ends a comment at a carriage return as well, the grammar at a line feed alone.
    if (type.name === 'LineComment' && own.includes('\r'))
      throw new PromqlRefused('has a carriage return in a comment: end lines by a line feed');
    if (type.name === 'StringLiteral' && (own.length < 2 || own.at(-1) !== own[0]))
      throw new PromqlRefused(`has a text without its end: ${excerpt(own)}`);
  });
}

/**
 * Parses an expression.
 *
 * @returns its outermost node
 * @throws {PromqlRefused} for what is no PromQL
 * @see https://github.com/prometheus/prometheus/tree/main/web/ui/module/lezer-promql
 */
export function parsePromql(text: string): Parsed {
  if (text.length > MOST_CHARACTERS)
    throw new PromqlRefused(`has ${text.length} characters, and ${MOST_CHARACTERS} are read at most`);
  const { parser } = load('@prometheus-io/lezer-promql') as typeof import('@prometheus-io/lezer-promql');
  const first = parser.parse(text).topNode;
  const known = withKnownNames(text, first);
  const top = known === text ? first : parser.parse(known).topNode;
  check({ text, top });
  const [expression, ...others] = childrenOf(top);
  if (expression === undefined || others.length > 0) throw new PromqlRefused('is no PromQL expression');
  return { text, top: expression };
}
