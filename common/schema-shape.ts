/** What a schema would take at a place of a document: for messages about what stands there instead. */
import type { z } from 'zod';

type Schema = z.core.$ZodType;
type Def = {
  readonly type: string;
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly out?: Schema;
  readonly options?: readonly Schema[];
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly element?: Schema;
  readonly items?: readonly Schema[];
  readonly valueType?: Schema;
  readonly entries?: Readonly<Record<string, string | number>>;
  readonly values?: readonly unknown[];
};

const defOf = (schema: Schema) => schema._zod.def as unknown as Def;

/** What stands behind defaults, transformations and alternatives. */
function plainOf(schema: Schema): Schema[] {
  const { type, innerType, in: input, out, options } = defOf(schema);
  if (type === 'union') return (options ?? []).flatMap(plainOf);
  // A text that is made into something before it is looked at is looked at behind that.
  if (type === 'pipe' && input !== undefined && out !== undefined)
    return plainOf(defOf(input).type === 'transform' ? out : input);
  return innerType === undefined ? [schema] : plainOf(innerType);
}

function inside(schema: Schema, key: PropertyKey): Schema[] {
  const { shape, element, items, valueType } = defOf(schema);
  if (shape !== undefined) return Object.hasOwn(shape, key) ? [shape[key as string] as Schema] : [];
  if (typeof key === 'number') return [element ?? items?.[key]].flatMap((each) => each ?? []);
  return valueType === undefined ? [] : [valueType];
}

/** All that can stand at a place. */
function schemasAt(schema: Schema, path: readonly PropertyKey[]): Schema[] {
  return path.reduce<Schema[]>(
    (found, key) => found.flatMap((each) => inside(each, key)).flatMap(plainOf),
    plainOf(schema),
  );
}

/** Keys that a mapping at a place may have. */
export function keysAt(schema: Schema, path: readonly PropertyKey[]): string[] {
  return [...new Set(schemasAt(schema, path).flatMap((each) => Object.keys(defOf(each).shape ?? {})))];
}

/** Texts that a place may have, where they are a closed list. */
export function textsAt(schema: Schema, path: readonly PropertyKey[]): string[] {
  const found = schemasAt(schema, path).flatMap((each) => {
    const { entries, values } = defOf(each);
    return entries === undefined ? (values ?? []) : Object.values(entries);
  });
  return [...new Set(found.map(String))];
}

/**
 * All places of mappings within a schema, lists as `0`.
 *
 * @internal by which tests try what stands at each of them
 */
export function placesIn(schema: Schema, path: readonly PropertyKey[] = []): PropertyKey[][] {
  const keys = keysAt(schema, path);
  const element = schemasAt(schema, [...path, 0]).length > 0 ? [0] : [];
  return [...keys, ...element].flatMap((key) => [[...path, key], ...placesIn(schema, [...path, key])]);
}
