import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { reasonOf, ScenariosError } from '../scenario/errors.ts';
import { type Plan, planSchema } from './plan-schema.ts';

function readDocument(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ScenariosError('plan', `${path}: ${reasonOf(cause)}`, { cause });
  }
  try {
    return parse(text) ?? {};
  } catch (cause) {
    throw new ScenariosError('plan', `${path}: ${reasonOf(cause).replace(/:$/, '')}`, { cause });
  }
}

/**
 * Reads a campaign's file; paths in it are relative to it.
 *
 * @throws {ScenariosError} `plan`, naming the path in the file
 */
export function loadPlan(path: string): Plan {
  const result = planSchema.safeParse(readDocument(path));
  if (!result.success) {
    const [issue] = result.error.issues;
    const place = issue === undefined || issue.path.length === 0 ? path : `${path}: ${issue.path.join('.')}`;
    throw new ScenariosError('plan', `${place}: ${issue?.message}`, { cause: result.error });
  }
  const absolute = (file: string) => resolve(dirname(path), file);
  const targets = result.data.targets?.map(({ tokenFile, caFile, ...target }) => ({
    ...target,
    ...(tokenFile !== undefined && { tokenFile: absolute(tokenFile) }),
    ...(caFile !== undefined && { caFile: absolute(caFile) }),
  }));
  return { ...result.data, ...(targets !== undefined && { targets }) };
}
