import type { Environment } from '@marcbachmann/cel-js';
import type { NamedPatterns, Tester } from './named-patterns.ts';
import { compilePattern, PatternError } from './pattern.ts';

/** What this module needs of the library's expression nodes, evaluator and checker. */
interface Node {
  readonly op: string;
  readonly args: unknown;
}
interface Runner {
  run(node: Node, context: unknown): unknown;
}
interface Checker {
  check(node: Node, context: unknown): { readonly name: string };
  getType(name: string): unknown;
  createError(code: string, message: string, node: Node): Error;
}
interface MacroCall {
  readonly args: readonly Node[];
  readonly receiver: Node | null;
}

/** What the macro needs of the condition that is being compiled. */
export interface PatternScope {
  /** Patterns that it can use by name. */
  readonly named: NamedPatterns;
  /** Is told the size of each pattern that is its own. */
  compiled(size: number): void;
}

function compile(pattern: Node | undefined, { named, compiled }: PatternScope): Tester {
  if (pattern?.op === 'value' && typeof pattern.args === 'string') {
    const own = compilePattern(pattern.args);
    compiled(own.programSize());
    return own;
  }
  const name = pattern?.op === 'id' ? String(pattern.args) : undefined;
  const found = name === undefined ? undefined : named.get(name);
  if (found !== undefined) return found;
  throw new PatternError(
    `matches() needs its pattern as a text literal, or the name of one of the file's patterns${name === undefined ? '' : `, and there is none ${name}`}`,
  );
}

/**
 * Makes `text.matches(pattern)` an RE2 match, in time linear in the text whatever the pattern.
 *
 * The library's own uses JavaScript's RegExp, which backtracks: a pattern such as `(a+)+$` would let one log line
 * stop the agent. Built-in functions cannot be replaced, but a macro is found by its name before them, whatever it
 * is registered on; so this one is registered on a type that has no such function. As a macro it also sees its
 * pattern when the rule is loaded, so that a bad one is refused then and none ever comes out of an event.
 *
 * @param scope what the condition that is being compiled can use
 */
export function registerMatches(environment: Environment, scope: () => PatternScope): Environment {
  const expand = ({ receiver, args }: MacroCall) => {
    const pattern = compile(args[0], scope());
    if (receiver === null) throw new PatternError('matches() is written text.matches(pattern)');
    return {
      typeCheck(checker: Checker, _macro: unknown, context: unknown) {
        const { name } = checker.check(receiver, context);
        if (name === 'string') return checker.getType('bool');
        throw checker.createError('no_such_overload', `matches() is for text, this is ${name}`, receiver);
      },
      evaluate: (runner: Runner, _macro: unknown, context: unknown) =>
        pattern.test(String(runner.run(receiver, context))),
      async: false,
    };
  };
  return environment.registerFunction('bool.matches(ast): bool', expand);
}
