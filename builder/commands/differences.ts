/** Two objects compared key by key, in words. */
import { isDeepStrictEqual } from 'node:util';
import { recordOf } from '../../common/records.ts';

const SHOWN_CHARACTERS = 100;

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** A line for each key whose value in the manifest is not what was found. */
export function differences(where: string, claimed: object, found: object): string[] {
  return Object.entries(found).flatMap(([key, value]) => {
    const said: unknown = Object.hasOwn(claimed, key) ? (claimed as Record<string, unknown>)[key] : undefined;
    if (isDeepStrictEqual(said, value)) return [];
    if (isRecord(said) && isRecord(value)) {
      const inner = recordOf(
        [...Object.keys(said), ...Object.keys(value)].map((name) => [name, value[name]]),
      );
      return differences(`${where}${key}.`, said, inner);
    }
    return `${where}${key} is ${show(value)}, the manifest says ${show(said)}`;
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
