import { fileURLToPath } from 'node:url';
import { RulesError } from './errors.ts';
import type { Rule, RulesDocument } from './model.ts';
import { readRules } from './read-rules.ts';

/** The default set, which stays beside its sources: this file runs from dist/exporter/rules/. */
export const DEFAULT_RULES_FILE = fileURLToPath(
  new URL('../../../exporter/rules/default.yaml', import.meta.url),
);

/**
 * The default rules with those of a file over them: a rule of the same name replaces a default one, `enabled: false`
 * takes it away.
 *
 * @throws {RulesError} when the file switches off a rule that there is not
 */
export function combineRules(defaults: readonly Rule[], own: RulesDocument, file: string): Rule[] {
  const rules = new Map([...defaults, ...own.rules].map((rule) => [rule.name, rule]));
  const problems = [...own.disabled].flatMap(([name, line]) =>
    rules.delete(name) ? [] : [{ line, reason: `there is no rule ${name} to switch off` }],
  );
  if (problems.length > 0) throw new RulesError('invalid', file, problems);
  return [...rules.values()];
}

/**
 * All rules in use: the default set, and `--rules.file` over it.
 *
 * @throws {RulesError} when a file is refused
 */
export async function loadRules(file: string | undefined): Promise<Rule[]> {
  const defaults = await readRules(DEFAULT_RULES_FILE);
  if (file === undefined) return [...defaults.rules];
  return combineRules(defaults.rules, await readRules(file), file);
}
