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

let defaults: Promise<RulesDocument> | undefined;

/** They are a part of the program: parsed once, however often the file over them is read again. */
function defaultRules(): Promise<RulesDocument> {
  defaults ??= readRules(DEFAULT_RULES_FILE);
  return defaults;
}

/**
 * All rules in use: the default set, and `--rules.file` over it.
 *
 * @throws {RulesError} when a file is refused
 */
export async function loadRules(file: string | undefined): Promise<Rule[]> {
  const { rules, patterns } = await defaultRules();
  return file === undefined ? [...rules] : combineRules(rules, await readRules(file, patterns), file);
}
