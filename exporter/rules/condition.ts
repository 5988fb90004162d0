import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import { FIELDS, RULE_KINDS, type RuleEvent, type RuleKind } from '../catalogue/events/fields.ts';
import { registerStandard } from './cel-standard.ts';
import { children, tooCostly } from './cost.ts';
import { badLiteral } from './literals.ts';
import { registerMatches } from './matches-macro.ts';
import type { NamedPatterns } from './named-patterns.ts';
import { PatternError } from './pattern.ts';

const MAX_EXPRESSION_CHARACTERS = 4_096;
const LIMITS = {
  maxAstNodes: 512,
  maxDepth: 32,
  maxListElements: 256,
  maxMapEntries: 16,
  maxCallArguments: 4,
};

/** The library's codes for a field, a label or a list element that this event does not have. */
const ABSENCE = new Set<unknown>(['unknown_variable', 'no_such_key', 'index_out_of_bounds']);

/** What a condition says of an event: `missing` when it needs a field that this event does not have. */
export type Verdict = 'match' | 'no_match' | 'missing' | 'failed';

export interface Condition<K extends RuleKind> {
  /** Never throws, whatever the event holds. */
  evaluate(event: RuleEvent<K>): Verdict;
  /** What its patterns take in all, as a measure of memory. */
  readonly patternSize: number;
  /** The fields that it looks at. */
  readonly fields: ReadonlySet<string>;
}

/** A condition that cannot be used; `offset` is the character that it concerns. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError';
  readonly offset: number;

  constructor(message: string, offset = 0, options?: ErrorOptions) {
    super(message, options);
    this.offset = offset;
  }
}

/** Steps of the patterns of the condition that is being compiled, and those that it can use by name. */
let patternSize = 0;
let named: NamedPatterns = new Map();

function environmentOf(kind: RuleKind): Environment {
  const environment = new Environment({ limits: LIMITS });
  for (const [name, { type }] of Object.entries(FIELDS[kind])) environment.registerVariable(name, type);
  const compiled = (size: number) => {
    patternSize += size;
  };
  return registerMatches(registerStandard(environment), () => ({ named, compiled }));
}

const ENVIRONMENTS = new Map(RULE_KINDS.map((kind) => [kind, environmentOf(kind)]));

/** The library's errors name their place and a short summary; anything else is described by its message. */
function conditionError(error: unknown): ConditionError {
  if (error instanceof ConditionError) return error;
  if (error instanceof PatternError) return new ConditionError(error.message, 0, { cause: error });
  if (error instanceof RangeError) return new ConditionError('nested too deep', 0, { cause: error });
  const { summary, message, range } = error as {
    summary?: string;
    message: string;
    range?: { start: number };
  };
  const text = summary ?? message;
  return new ConditionError(text.charAt(0).toLowerCase() + text.slice(1), range?.start, { cause: error });
}

function parse(kind: RuleKind, text: string) {
  if (text.length > MAX_EXPRESSION_CHARACTERS) {
    throw new ConditionError(`longer than ${MAX_EXPRESSION_CHARACTERS} characters`);
  }
  const environment = ENVIRONMENTS.get(kind);
  if (environment === undefined) throw new ConditionError(`no events of kind ${kind}`);
  const program = environment.parse(text);
  const refusal = tooCostly(program.ast) ?? badLiteral(program.ast);
  if (refusal !== undefined) throw new ConditionError(refusal);
  const checked = program.check();
  if (!checked.valid) throw checked.error ?? new ConditionError('does not type-check');
  if (checked.type !== 'bool') throw new ConditionError(`must be true or false, is ${checked.type}`);
  return program;
}

function identifiers(node: ASTNode): string[] {
  return node.op === 'id' ? [node.args] : children(node.args).flatMap(identifiers);
}

/**
 * Compiles a condition in CEL, checked against the fields and types of its kind of event.
 *
 * `a || b` is a match when one side is true even if the
 * other needs an absent field, as CEL has it; only what could not be decided is `missing`.
 *
 * @see https://github.com/google/cel-spec/blob/master/doc/langdef.md
 * @param patterns what `matches()` can name in place of a literal
 * @throws {ConditionError} unknown field, wrong type, bad syntax or pattern, or too costly
 */
export function compileCondition<K extends RuleKind>(
  kind: K,
  text: string,
  patterns: NamedPatterns = new Map(),
): Condition<K> {
  let program: ReturnType<typeof parse>;
  patternSize = 0;
  named = patterns;
  try {
    program = parse(kind, text);
  } catch (error) {
    throw conditionError(error);
  }
  return {
    patternSize,
    fields: new Set(identifiers(program.ast).filter((name) => Object.hasOwn(FIELDS[kind], name))),
    evaluate(event) {
      try {
        return program(event) === true ? 'match' : 'no_match';
      } catch (error) {
        return ABSENCE.has((error as { code?: unknown }).code) ? 'missing' : 'failed';
      }
    },
  };
}
