import type { ASTNode } from '@marcbachmann/cel-js';
import { children } from './cost.ts';

const MOST = 2n ** 63n - 1n;
const NEGATION = '-_';

function reasonOf({ op, args }: ASTNode, isNegated: boolean): string | undefined {
  const value: unknown = args;
  if (op === 'value' && value instanceof Uint8Array)
    return 'bytes cannot be used in a rule: no field is bytes';
  if (op === 'value' && typeof value === 'bigint' && value > MOST + (isNegated ? 1n : 0n)) {
    return `${value} is beyond what an int can be`;
  }
  if (op !== 'map') return undefined;
  const keys = (args as readonly [ASTNode, ASTNode][]).map(([key]) => key.op === 'value' && key.args);
  const twice = keys.find((key, i) => key !== false && keys.indexOf(key) < i);
  return twice === undefined ? undefined : `a map has the key ${String(twice)} twice`;
}

/** Why an expression has literals that the specification refuses, and the library takes; undefined when it has none. */
export function badLiteral(node: ASTNode, isNegated = false): string | undefined {
  const reason = reasonOf(node, isNegated);
  if (reason !== undefined) return reason;
  for (const child of children(node.args)) {
    const below = badLiteral(child, node.op === NEGATION);
    if (below !== undefined) return below;
  }
  return undefined;
}
