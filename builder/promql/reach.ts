/** How far back the value of an expression depends on samples, and that it does not depend on later ones. */
import type { SyntaxNode } from '@lezer/common';
import { excerpt } from '../../common/excerpt.ts';
import { offsetMs, rangeMs } from './durations.ts';
import { childrenOf, type Parsed, PromqlRefused, parsePromql, shownOf } from './parse.ts';

/** What the server will make of an expression. */
export interface Evaluation {
  /** What lies between two evaluations, for `step()`. */
  readonly stepMs: number;
  /** For how long a sample counts where no range is given. */
  readonly lookbackMs: number;
  /** A range also takes the sample before it, if that is within the lookback: so does VictoriaMetrics. */
  readonly takesSampleBefore?: boolean;
}

/** Prometheus' own lookback, unless `--query.lookback-delta` is another. */
export const DEFAULT_LOOKBACK_MS = 300_000;

/** Deeper than anybody nests, and no risk for the stack. */
const MOST_LEVELS = 500;

/** What stands behind a selector and changes which samples it takes. */
const POSTFIX: ReadonlySet<string> = new Set([
  'MatrixSelector',
  'SubqueryExpr',
  'OffsetExpr',
  'AnchoredExpr',
  'SmoothedExpr',
  'StepInvariantExpr',
]);
const ARITHMETIC: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Div', 'Mod', 'Pow']);

/** Functions whose value is of the query as a whole: rows would depend on how their dataset is asked for. */
const OF_THE_QUERY: ReadonlySet<string> = new Set(['StartFn', 'EndFn', 'Range']);

/** The last operand of all that is written, if an offset is what it ends with. */
function endsWithOffset(node: SyntaxNode): boolean {
  if (node.name === 'OffsetDurationExpr') return true;
  const last = childrenOf(node).at(-1);
  return last !== undefined && !CLOSED.has(node.name) && endsWithOffset(last);
}

/** What ends with a bracket: nothing behind it can belong to an offset within. */
const CLOSED: ReadonlySet<string> = new Set([
  'ParenExpr',
  'FunctionCallBody',
  'MatrixSelector',
  'SubqueryExpr',
]);

/** What can be a duration as well as an expression. */
const DURATIONS: ReadonlySet<string> = new Set(['NumberDurationLiteral', 'Step', 'Range']);

function beginsWithDuration(node: SyntaxNode): boolean {
  const first = childrenOf(node).find(({ name }) => name !== 'UnaryOp');
  return DURATIONS.has(node.name) || (first !== undefined && beginsWithDuration(first));
}

/**
 * An offset goes on for as long as durations follow, when it begins with a bracket, and in Prometheus 3.4 always: `x offset
 * (5m) - 10m` looks ahead, where the grammar reads a difference.
 */
function checkNoLongerOffset(parsed: Parsed, node: SyntaxNode): void {
  const [left, operator, ...rest] = childrenOf(node);
  const right = rest.at(-1);
  if (left === undefined || right === undefined || !ARITHMETIC.has(operator?.name ?? '')) return;
  if (!endsWithOffset(left) || !beginsWithDuration(right)) return;
  throw new PromqlRefused(
    `has a duration behind an offset, which Prometheus can take for a part of it: write (${shownOf(parsed, left)}) in parentheses`,
  );
}

/** The reach of the selector or expression that modifiers stand behind, the innermost first. */
function modified(
  parsed: Parsed,
  base: SyntaxNode,
  modifiers: readonly SyntaxNode[],
  evaluation: Evaluation,
  level: number,
): number {
  const { stepMs, lookbackMs, takesSampleBefore = false } = evaluation;
  const isSelector = base.name === 'VectorSelector';
  let reachMs = isSelector ? lookbackMs : reach(parsed, base, [], evaluation, level);
  let takesRange = isSelector;
  let takesOffset = isSelector;
  for (const modifier of modifiers) {
    const [, second, third] = childrenOf(modifier);
    const misplaced = new PromqlRefused(
      `has ${excerpt(parsed.text.slice(base.to, modifier.to))} behind what is no selector`,
    );
    if (modifier.name === 'StepInvariantExpr')
      throw new PromqlRefused(
        'may not look ahead (@): no row depends on a sample of a time that is later than another row',
      );
    if (modifier.name === 'SmoothedExpr')
      throw new PromqlRefused('may not look ahead (smoothed): no row depends on a later sample');
    if (second === undefined) throw misplaced;
    if (modifier.name === 'SubqueryExpr') {
      reachMs += rangeMs(parsed, second, stepMs);
      takesOffset = true;
    } else if (modifier.name === 'MatrixSelector') {
      if (!takesRange) throw misplaced;
      reachMs = rangeMs(parsed, second, stepMs) + (takesSampleBefore ? lookbackMs : 0);
    } else if (modifier.name === 'OffsetExpr') {
      if (!takesOffset || third === undefined) throw misplaced;
      reachMs += offsetMs(parsed, third, stepMs);
    } else {
      if (!isSelector) throw misplaced;
      reachMs += lookbackMs;
    }
    takesRange = false;
  }
  return reachMs;
}

function below(parsed: Parsed, node: SyntaxNode, evaluation: Evaluation, level: number): number {
  const all = childrenOf(node).map((child) => reach(parsed, child, [], evaluation, level));
  return Math.max(0, ...all);
}

/**
 * @param modifiers that stand behind the node, the innermost first. In the grammar they are about all that comes before them; on the
 *   server they bind more tightly than operators do, so that they are about the last operand
 */
function reach(
  parsed: Parsed,
  node: SyntaxNode,
  modifiers: readonly SyntaxNode[],
  evaluation: Evaluation,
  level: number,
): number {
  if (level > MOST_LEVELS) throw new PromqlRefused(`is nested deeper than ${MOST_LEVELS} levels`);
  const children = childrenOf(node);
  const last = children.at(-1);
  const deeper = level + 1;
  if (POSTFIX.has(node.name) && children[0] !== undefined)
    return reach(parsed, children[0], [node, ...modifiers], evaluation, deeper);
  if (node.name === 'BinaryExpr' || node.name === 'UnaryExpr') {
    checkNoLongerOffset(parsed, node);
    const others = children.slice(0, -1).map((child) => reach(parsed, child, [], evaluation, deeper));
    const own = last === undefined ? 0 : reach(parsed, last, modifiers, evaluation, deeper);
    return Math.max(own, ...others);
  }
  if (node.name === 'VectorSelector' || modifiers.length > 0)
    return modified(parsed, node, modifiers, evaluation, deeper);
  const name = children[0]?.firstChild?.name ?? '';
  if (node.name === 'FunctionCall' && OF_THE_QUERY.has(name))
    throw new PromqlRefused(
      `may not use ${shownOf(parsed, node)}: it depends on how a dataset is asked for, not on the row`,
    );
  // The series that info() adds are looked up where its argument's are, with a lookback of their own.
  const added = node.name === 'FunctionCall' && name === 'Info' ? evaluation.lookbackMs : 0;
  return below(parsed, node, evaluation, deeper) + added;
}

/**
 * How far back an expression looks: samples older than that, or later than the step it is evaluated at, change no value. Where
 * ranges and offsets stand in each other they add up; a selector without a range looks back by the lookback.
 *
 * @returns milliseconds
 * @throws {PromqlRefused} for what is no PromQL, looks ahead, or depends on how it is asked for
 */
export function reachOf(promql: string, evaluation: Evaluation): number {
  const parsed = parsePromql(promql);
  return reach(parsed, parsed.top, [], evaluation, 0);
}
