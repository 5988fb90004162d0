/** The rules that read the logs of pods which ask for it, reading the victim's: no API server tells of pods here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../programs/paths.ts';
import { NODE } from './guest/places.ts';

type Rule = Readonly<Record<string, unknown>> & {
  readonly pods?: { readonly labels?: Readonly<Record<string, string>> };
};

/** Which log of the victim a pod with the label would have. */
const LOGS: Readonly<Record<string, string>> = {
  'kubevigil.io/watch-logins': NODE.victimLog,
  'kubevigil.io/watch-web': NODE.accessLog,
};

/** @internal exported for its own tests */
export function victimRules(rules: readonly Rule[]): Rule[] {
  return rules.flatMap(({ pods, ...rule }) => {
    const files = Object.keys(pods?.labels ?? {}).flatMap((label) => LOGS[label] ?? []);
    return files.length === 0 ? [] : [{ ...rule, files }];
  });
}

/** A rules file beside the default rules, as JSON, which is YAML. */
export function rulesFile(): string {
  const text = readFileSync(join(ROOT, 'exporter/rules/default.yaml'), 'utf8');
  const { rules, ...rest } = parse(text) as { rules: readonly Rule[] };
  return JSON.stringify({ ...rest, rules: victimRules(rules) });
}
