/** Durations of PromQL: `5m`, numbers of seconds since Prometheus 3, and what is computed of both. */

import type { SyntaxNode } from '@lezer/common';
import { parseDurationMs } from '../../common/duration.ts';
import { MS_PER_SECOND } from '../../common/ms.ts';
import { childrenOf, type Parsed, PromqlRefused, shownOf, textOf } from './parse.ts';

/** What 64 bits of nanoseconds hold: the server takes no longer one. */
const MOST_SECONDS = 2 ** 63 / 1e9;
const OCTAL = /^0[0-7_]+$/;

/** A number or duration, in seconds. */
function literal(text: string): number {
  const ms = parseDurationMs(text);
  if (ms !== undefined) return ms / MS_PER_SECOND;
  const digits = text.replaceAll('_', '');
  // As Go reads integers: a leading zero makes them octal.
  if (OCTAL.test(text)) return Number.parseInt(digits, 8);
  if (/^nan$/i.test(text)) return Number.NaN;
  return /^inf$/i.test(text) ? Number.POSITIVE_INFINITY : Number(digits);
}

type Operation = (a: number, b: number) => number;

/** Operators and functions of two durations. */
const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['Add', (a, b) => a + b],
  ['Sub', (a, b) => a - b],
  ['Mul', (a, b) => a * b],
  ['Div', (a, b) => a / b],
  ['Mod', (a, b) => a % b],
  ['Pow', (a, b) => a ** b],
  ['DurationMinOf', Math.min],
  ['DurationMaxOf', Math.max],
]);

/**
 * What a duration comes to.
 *
 * @param stepSeconds what `step()` stands for
 * @returns seconds
 * @throws {PromqlRefused} for `range()`, which is another with each piece that a dataset is asked for in
 */
function secondsOf(parsed: Parsed, node: SyntaxNode, stepSeconds: number): number {
  const children = childrenOf(node);
  const [first, second, third] = children;
  const of = (child: SyntaxNode | undefined) =>
    child === undefined ? Number.NaN : secondsOf(parsed, child, stepSeconds);
  if (first === undefined) return literal(textOf(parsed, node));
  if (first.name === 'DurationStep') return stepSeconds;
  if (first.name === 'DurationRange')
    throw new PromqlRefused('may not use range(): it depends on how a dataset is asked for, not on the row');
  if (first.name === 'UnaryOp') return textOf(parsed, first) === '-' ? -of(second) : of(second);
  if (children.length === 1) return of(first);
  const named = OPERATIONS.get(first.name);
  if (named !== undefined) return named(of(second), of(third));
  const operation = OPERATIONS.get(second?.name ?? '');
  return operation === undefined ? Number.NaN : operation(of(first), of(third));
}

/** In milliseconds, which may be a fraction. */
function checked(parsed: Parsed, node: SyntaxNode, stepMs: number): number {
  const seconds = secondsOf(parsed, node, stepMs / MS_PER_SECOND);
  if (Math.abs(seconds) < MOST_SECONDS) return seconds * MS_PER_SECOND;
  throw new PromqlRefused(`has ${shownOf(parsed, node)}, which is no duration`);
}

/**
 * The length of a range.
 *
 * @returns milliseconds, rounded up
 */
export function rangeMs(parsed: Parsed, node: SyntaxNode, stepMs: number): number {
  const ms = checked(parsed, node, stepMs);
  if (ms > 0) return Math.ceil(ms);
  throw new PromqlRefused(`has a range of ${shownOf(parsed, node)}, which is not longer than 0`);
}

function hasMinus(parsed: Parsed, node: SyntaxNode): boolean {
  if (node.name === 'UnaryOp' && textOf(parsed, node) === '-') return true;
  return childrenOf(node).some((child) => hasMinus(parsed, child));
}

/**
 * How far an offset looks back. One with a minus before a duration is refused whatever it comes to: versions of
 * Prometheus do not agree on what such a sign is about.
 *
 * @returns milliseconds, rounded up
 */
export function offsetMs(parsed: Parsed, node: SyntaxNode, stepMs: number): number {
  const ms = checked(parsed, node, stepMs);
  if (ms >= 0 && !hasMinus(parsed, node)) return Math.ceil(ms);
  throw new PromqlRefused(
    `may not look ahead (offset ${shownOf(parsed, node)}): no row depends on a later sample`,
  );
}
