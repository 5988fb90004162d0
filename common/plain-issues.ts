/** A schema's objections in the words of whoever wrote the document. */
import type { z } from 'zod';
import { excerpt } from './excerpt.ts';
import { nearest } from './nearest.ts';
import { keysAt, textsAt } from './schema-shape.ts';

/** What is wrong, and where. */
export interface Objection {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** How to write what stands at a place; undefined where nobody has said. */
export type ExampleOf = (path: readonly PropertyKey[]) => string | undefined;

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping of keys to values',
  record: 'a mapping of keys to values',
  array: 'a list',
  tuple: 'a list',
};

const kindOf = (expected: string) => KINDS[expected] ?? expected;

/** What stands somewhere, in words. */
function found(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping of keys to values';
  return excerpt(JSON.stringify(value) ?? String(value));
}

function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    document,
  );
}

const meant = (text: string, names: readonly string[]) => {
  const near = nearest(text, names);
  return near === undefined ? '' : `: did you mean ${near}?`;
};

/** The path as far as the document has it: one value may have been taken for a list of two. */
function pathIn(document: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] {
  const at = path.findIndex(
    (key, i) => typeof key === 'number' && !Array.isArray(valueAt(document, path.slice(0, i))),
  );
  return at < 0 ? path : path.slice(0, at);
}

/** Counted in so many. */
const UNITS: Readonly<Record<string, [one: string, several: string]>> = {
  string: ['character', 'characters'],
  array: ['item', 'items'],
};

function limit(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig, value: unknown): string {
  const bound = issue.code === 'too_small' ? issue.minimum : issue.maximum;
  const units = UNITS[issue.origin];
  if (units !== undefined && issue.code === 'too_small' && Number(bound) === 1) return 'must not be empty';
  const least = issue.code === 'too_small' ? 'at least' : 'at most';
  const than = issue.inclusive === false ? (issue.code === 'too_small' ? 'more than' : 'less than') : least;
  if (units !== undefined) return `must have ${than} ${String(bound)} ${units[Number(bound) === 1 ? 0 : 1]}`;
  return `must be ${than} ${String(bound)}, and is ${found(value)}`;
}

/** A schema, and the document that it does not take. */
interface Refused {
  readonly schema: z.core.$ZodType;
  readonly document: unknown;
  readonly exampleOf: ExampleOf;
}

/** Whether what stands there is of another kind altogether, such as a list where a text is wanted, or one of several mappings. */
function isElse(issue: z.core.$ZodIssue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_type') return true;
  return (
    issue.code === 'invalid_union' && issue.errors.length > 0 && issue.errors.every((own) => own.some(isElse))
  );
}

/** An alternative that fits but for details is the one that was meant. */
function meantOf(errors: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const lacks = (issues: readonly z.core.$ZodIssue[]) =>
    issues.filter(({ code }) => code === 'unrecognized_keys' || code === 'invalid_type').length;
  return errors
    .filter((issues) => issues.length > 0 && !issues.some(isElse))
    .toSorted((a, b) => lacks(a) - lacks(b))[0];
}

function objectionsOf(
  issue: z.core.$ZodIssue,
  before: readonly PropertyKey[],
  refused: Refused,
): Objection[] {
  const { schema, document, exampleOf } = refused;
  const path = pathIn(document, [...before, ...issue.path]);
  const value = valueAt(document, path);
  const example = exampleOf(path);
  const like = example === undefined ? '' : `: write it like ${example}`;
  const say = (message: string): Objection[] => [{ path, message }];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const keys = keysAt(schema, path);
        const near = meant(key, keys);
        const all = keys.length === 0 ? '' : `: there are ${keys.join(', ')}`;
        return {
          path,
          message: `there is no key ${excerpt(JSON.stringify(key))}${near === '' ? all : near}`,
        };
      });
    case 'invalid_type':
      if (value === undefined) return say(`is missing${like}`);
      return say(`must be ${kindOf(issue.expected)}, and is ${found(value)}${like}`);
    case 'invalid_value': {
      const texts = issue.values.map(String);
      if (value === undefined) return say(`is missing: say ${texts.join(', ')}`);
      const near = typeof value === 'string' ? meant(value, texts) : '';
      return say(`must be ${texts.join(' or ')}, and is ${found(value)}${near}`);
    }
    case 'invalid_union': {
      const inner = meantOf(issue.errors);
      if (inner !== undefined) {
        // A key that was spelt otherwise is not missing beside.
        const unknown = inner.filter(({ code }) => code === 'unrecognized_keys');
        return (unknown.length > 0 ? unknown : inner).flatMap((each) => objectionsOf(each, path, refused));
      }
      const texts = textsAt(schema, path);
      if (texts.length > 0 && issue.errors.length === 0) {
        const near = typeof value === 'string' ? meant(value, texts) : '';
        return say(
          value === undefined
            ? `is missing: say ${texts.join(' or ')}`
            : `must be ${texts.join(' or ')}, and is ${found(value)}${near}`,
        );
      }
      const kinds = issue.errors.flatMap(([first]) =>
        first?.code === 'invalid_type' ? kindOf(first.expected) : [],
      );
      const one = kinds.length === 0 ? 'something else' : [...new Set(kinds)].join(' or ');
      return say(value === undefined ? `is missing${like}` : `must be ${one}, and is ${found(value)}${like}`);
    }
    case 'too_small':
    case 'too_big':
      return say(`${limit(issue, value)}${like}`);
    default:
      return say(issue.message);
  }
}

/** All that is wrong with a document, in its order. */
export function plainIssues(
  { issues }: z.ZodError,
  schema: z.core.$ZodType,
  document: unknown,
  exampleOf: ExampleOf = () => undefined,
): Objection[] {
  const all = issues.flatMap((issue) => objectionsOf(issue, [], { schema, document, exampleOf }));
  const textOf = ({ path, message }: Objection) => `${path.map(String).join('.')}: ${message}`;
  return all.filter((each, i) => all.findIndex((other) => textOf(other) === textOf(each)) === i);
}

/** Objections that a message names: of a document that is something else entirely nobody reads all. */
const SHOWN = 10;

/** Several objections as one line. @param textOf one of them, with its place */
export function objectionLine(
  objections: readonly Objection[],
  textOf: (objection: Objection) => string,
): string {
  const [only] = objections;
  if (only !== undefined && objections.length === 1) return textOf(only);
  const more = objections.length - SHOWN;
  const shown = objections.slice(0, SHOWN).map((each, i) => `(${i + 1}) ${textOf(each)}`);
  return `${objections.length} things are wrong: ${[...shown, ...(more > 0 ? [`… and ${more} more`] : [])].join('; ')}`;
}
