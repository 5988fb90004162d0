import type { ASTNode } from '@marcbachmann/cel-js';

/**
 * What a condition may call. Each costs at most time linear in its text or list (`decoded` is no longer than the line, and made in linear time
 * once for all rules); what builds texts or lists without
 * bound (split, join, map, bind) has no place in a condition.
 */
const FUNCTIONS = new Set([
  'startsWith',
  'endsWith',
  'contains',
  'matches',
  'lowerAscii',
  'upperAscii',
  'size',
  'int',
  'string',
  'has',
  'all',
  'exists',
  'exists_one',
  'filter',
]);
const LOOPS = new Set(['all', 'exists', 'exists_one', 'filter']);
const MAX_LOOP_DEPTH = 2;

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

/** The expressions among an expression's operands. */
export function children(value: unknown): ASTNode[] {
  if (isNode(value)) return [value];
  return Array.isArray(value) ? value.flatMap(children) : [];
}

/**
 * Why evaluating the expression could cost too much, or undefined.
 *
 * CEL always ends, but loops within loops multiply: two deep over lists of at most 256 elements is the most that a
 * rule gets.
 */
export function tooCostly(node: ASTNode, loops = 0): string | undefined {
  const call = node.op === 'call' || node.op === 'rcall' ? node.args[0] : undefined;
  if (call !== undefined && !FUNCTIONS.has(call)) {
    return `${call}() cannot be used in a rule; there are ${[...FUNCTIONS].join(', ')}`;
  }
  const depth = call !== undefined && LOOPS.has(call) ? loops + 1 : loops;
  if (depth > MAX_LOOP_DEPTH) return `${call}() nested more than ${MAX_LOOP_DEPTH} deep`;
  for (const child of children(node.args)) {
    const reason = tooCostly(child, depth);
    if (reason !== undefined) return reason;
  }
  return undefined;
}
