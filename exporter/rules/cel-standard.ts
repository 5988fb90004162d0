import type { Environment } from '@marcbachmann/cel-js';

/** What this module needs of the library's registry, of which it exports no type. */
interface Declaration {
  readonly signature: string;
}
interface Candidates {
  readonly declarations: Declaration[];
  add(declaration: Declaration): void;
}
interface Registry {
  operatorCandidates(operator: string): Candidates;
  functionCandidates(hasReceiver: boolean, name: string, argumentCount: number): Candidates;
}
type Handler = (...args: never[]) => unknown;

const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;
const NOT_ASCII = /[^\0-\x7f]/;
const DECIMAL = /^[+-]?[0-9]+$/;

function overflow(): never {
  throw new RangeError('integer overflow');
}

const withinInt = (value: bigint) => (value < LEAST || value > MOST ? overflow() : value);

function intOfText(text: string): bigint {
  return DECIMAL.test(text) ? withinInt(BigInt(text)) : overflow();
}

/** Rounded towards zero; of doubles none but these are in range. */
function intOfDouble(value: number): bigint {
  return value > -(2 ** 63) && value < 2 ** 63 ? BigInt(Math.trunc(value)) : overflow();
}

/** By code points, where JavaScript compares units of UTF-16: they differ above U+FFFF. */
function compare(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return (a.codePointAt(i) ?? 0) - (b.codePointAt(i) ?? 0);
  }
  return a.length - b.length;
}

/** What is not as the specification has it, by operator or function and signature; undefined takes it away. */
const OPERATORS: readonly (readonly [operator: string, signature: string, handler: Handler])[] = [
  ['-_', '-_int: int', (a: bigint) => withinInt(-a)],
  ['/', 'int / int: int', (a: bigint, b: bigint) => withinInt(a / b)],
  ['%', 'int % int: int', (a: bigint, b: bigint) => (a === LEAST && b === -1n ? overflow() : a % b)],
  ['<', 'string < string: bool', (a: string, b: string) => compare(a, b) < 0],
  ['<=', 'string <= string: bool', (a: string, b: string) => compare(a, b) <= 0],
  ['>', 'string > string: bool', (a: string, b: string) => compare(a, b) > 0],
  ['>=', 'string >= string: bool', (a: string, b: string) => compare(a, b) >= 0],
];
const FUNCTIONS: readonly (readonly [
  name: string,
  signature: string,
  argumentCount: number,
  handler: Handler | undefined,
])[] = [
  ['int', 'int(string): int', 1, intOfText],
  ['int', 'int(double): int', 1, intOfDouble],
  // How a double is written is not specified, and no field is one or is bytes.
  ['string', 'string(double): string', 1, undefined],
  ['string', 'string(bytes): string', 1, undefined],
  ['lowerAscii', 'string.lowerAscii(): string', 0, asciiCase(/[A-Z]+/g, 'toLowerCase')],
  ['upperAscii', 'string.upperAscii(): string', 0, asciiCase(/[a-z]+/g, 'toUpperCase')],
];

/** Rules for a line ask for the same text one after the other: the last answer is kept. */
function asciiCase(letters: RegExp, change: 'toLowerCase' | 'toUpperCase'): (text: string) => string {
  let last = { text: '', changed: '' };
  return (text) => {
    if (text === last.text) return last.changed;
    const changed = NOT_ASCII.test(text) ? text.replace(letters, (part) => part[change]()) : text[change]();
    last = { text, changed };
    return changed;
  };
}

/** Declarations are frozen; the list of them is not. */
function replace(candidates: Candidates, signature: string, handler: Handler | undefined): void {
  const { declarations } = candidates;
  const i = declarations.findIndex((one) => one.signature === signature);
  const [old] = i < 0 ? [] : declarations.splice(i, 1);
  if (old === undefined) throw new Error(`the CEL library has no ${signature}`);
  if (handler === undefined) return;
  const own = Object.assign(Object.create(Object.getPrototypeOf(old)), old, { handler }) as Declaration;
  candidates.add(Object.freeze(own));
}

/** Numbers of different types are equal when they are the same on the number line; what JavaScript says of a bigint and a number. */
function sameNumber(a: { valueOf(): unknown }, b: { valueOf(): unknown }): boolean {
  // biome-ignore lint/suspicious/noDoubleEquals: === is never true of a bigint and a number
  return a.valueOf() == b.valueOf();
}

const NUMBERS = ['int', 'uint', 'double'] as const;

function registerNumbers(environment: Environment): void {
  NUMBERS.forEach((one, i) => {
    for (const other of NUMBERS.slice(i + 1)) environment.registerOperator(`${one} == ${other}`, sameNumber);
    for (const other of NUMBERS.filter((type) => type !== one)) {
      environment.registerOperator(`${one} in list<${other}>`, (value: object, list: Iterable<object>) =>
        [...list].some((element) => sameNumber(value, element)),
      );
    }
  });
}

/** The registry is the library's own; a macro is shown it when an expression is checked. */
function registryOf(environment: Environment): Registry {
  const name = 'registry_';
  let found: Registry | undefined;
  environment.registerFunction(`bool.${name}(ast): bool`, () => ({
    typeCheck(checker: { registry: Registry; getType(type: string): unknown }) {
      found = checker.registry;
      return checker.getType('bool');
    },
    evaluate: () => true,
    async: false,
  }));
  environment.check(`true.${name}(true)`);
  if (found === undefined) throw new Error('the CEL library shows macros no registry');
  return found;
}

/**
 * Makes of the library what CEL's specification says, where it differs and a condition can reach it: equality of numbers of
 * different types, ASCII alone in lowerAscii and upperAscii, overflow, int("") and the order of texts.
 *
 * @see https://github.com/google/cel-spec/blob/master/doc/langdef.md
 */
export function registerStandard(environment: Environment): Environment {
  registerNumbers(environment);
  const registry = registryOf(environment);
  for (const [operator, signature, handler] of OPERATORS) {
    replace(registry.operatorCandidates(operator), signature, handler);
  }
  for (const [name, signature, argumentCount, handler] of FUNCTIONS) {
    const candidates = registry.functionCandidates(signature.startsWith('string.'), name, argumentCount);
    replace(candidates, signature, handler);
  }
  return environment;
}
