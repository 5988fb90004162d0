import { resolve } from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';
import { firstLineOf } from './errors.ts';

/**
 * What a text in YAML stands for; an empty mapping where there is nothing.
 *
 * @throws {Error} one line, without the excerpt that the reader shows of where it stumbled: that may be a secret
 */
export function parseYaml(text: string): unknown {
  try {
    return parse(text) ?? {};
  } catch (error) {
    throw new Error(firstLineOf(error).replace(/:$/, ''), { cause: error });
  }
}

/** A schema's first objection to a file, in one line that names the place in it. */
export function objectionTo(path: string, { issues: [issue] }: z.ZodError): string {
  const place = issue === undefined || issue.path.length === 0 ? '' : `: ${issue.path.join('.')}`;
  return `${path}${place}: ${issue?.message}`;
}

/** The paths that an object has under some keys, as absolute ones; relative ones start from a folder. */
export function absolutePaths<Key extends string>(
  object: { readonly [Each in Key]?: string | undefined },
  keys: readonly Key[],
  folder: string,
): { [Each in Key]?: string } {
  const found = keys.flatMap((key) =>
    object[key] === undefined ? [] : [[key, resolve(folder, object[key])] as const],
  );
  return Object.fromEntries(found) as { [Each in Key]?: string };
}
