import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { firstLineOf } from '../../common/errors.ts';
import { type Objection, objectionLine, plainIssues } from '../../common/plain-issues.ts';
import { absolutePaths, parseYaml } from '../../common/yaml-file.ts';
import { ScenariosError } from '../scenario/errors.ts';
import { type Plan, planSchema } from './plan-schema.ts';

/** How a plan's keys are written. */
const EXAMPLES: Readonly<Record<string, string>> = {
  scenarios: 'scenarios: [{name: cpu_burn, duration: 1m}]',
  'scenarios.0': '{name: cpu_burn, duration: 1m, repetitions: 3}',
  'scenarios.0.name': 'name: cpu_burn',
  'scenarios.0.duration': 'duration: 1m, or duration: [30s, 2m]',
  'scenarios.0.intensity': 'intensity: 0.5, or intensity: [0.2, 1]',
  'scenarios.0.repetitions': 'repetitions: 3',
  normal: 'normal: [5m, 10m]',
  recovery: 'recovery: 1m',
  step: 'step: 15s',
  seed: 'seed: 7',
  background: 'background: {requestsPerSecond: [5, 20]}',
  targets: 'targets: [{url: http://10.0.0.7:24925, tokenFile: token}]',
  'targets.0': '{url: http://10.0.0.7:24925, tokenFile: token}',
};

function exampleOf(path: readonly PropertyKey[]): string | undefined {
  const key = path.map((part) => (typeof part === 'number' ? 0 : String(part))).join('.');
  return Object.hasOwn(EXAMPLES, key) ? EXAMPLES[key] : undefined;
}

function readDocument(path: string): { text: string; document: unknown } {
  try {
    const text = readFileSync(path, 'utf8');
    return { text, document: parseYaml(text) };
  } catch (cause) {
    throw new ScenariosError('plan', `${path}: ${firstLineOf(cause)}`, { cause });
  }
}

/**
 * Reads a campaign's file, and has its text as it was written beside; paths in it are relative to it.
 *
 * @throws {ScenariosError} `plan`, naming the path in the file
 */
export function loadPlan(path: string): Plan & { readonly text: string } {
  const { text: written, document } = readDocument(path);
  const result = planSchema.safeParse(document);
  if (!result.success) {
    const text = ({ path: place, message }: Objection) =>
      place.length === 0 ? message : `${place.map(String).join('.')}: ${message}`;
    const objections = plainIssues(result.error, planSchema, document, exampleOf);
    throw new ScenariosError('plan', `${path}: ${objectionLine(objections, text)}`, { cause: result.error });
  }
  const targets = result.data.targets?.map((target) => ({
    ...target,
    ...absolutePaths(target, ['tokenFile', 'caFile'], dirname(path)),
  }));
  return { ...result.data, ...(targets !== undefined && { targets }), text: written };
}
