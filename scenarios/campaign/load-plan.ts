import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { firstLineOf } from '../../common/errors.ts';
import { absolutePaths, objectionTo, parseYaml } from '../../common/yaml-file.ts';
import { ScenariosError } from '../scenario/errors.ts';
import { type Plan, planSchema } from './plan-schema.ts';

function readDocument(path: string): unknown {
  try {
    return parseYaml(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new ScenariosError('plan', `${path}: ${firstLineOf(cause)}`, { cause });
  }
}

/**
 * Reads a campaign's file; paths in it are relative to it.
 *
 * @throws {ScenariosError} `plan`, naming the path in the file
 */
export function loadPlan(path: string): Plan {
  const result = planSchema.safeParse(readDocument(path));
  if (!result.success)
    throw new ScenariosError('plan', objectionTo(path, result.error), { cause: result.error });
  const targets = result.data.targets?.map((target) => ({
    ...target,
    ...absolutePaths(target, ['tokenFile', 'caFile'], dirname(path)),
  }));
  return { ...result.data, ...(targets !== undefined && { targets }) };
}
