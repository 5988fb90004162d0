import { RULE_KINDS } from '../catalogue/events/fields.ts';
import { RulesError } from './errors.ts';
import { combineRules, DEFAULT_RULES_FILE } from './load.ts';
import { readRules } from './read-rules.ts';

/** What `kubevigil-exporter check-rules FILE` prints; `ok` is its exit status, 0 or 2. */
export interface CheckResult {
  readonly ok: boolean;
  readonly lines: readonly string[];
}

/** Checks a rules file as the exporter would load it: one line for each problem, or one that says what it holds. */
export async function checkRules(file: string): Promise<CheckResult> {
  try {
    const defaults = await readRules(DEFAULT_RULES_FILE);
    const own = await readRules(file, defaults.patterns);
    const all = combineRules(defaults.rules, own, file);
    const kinds = RULE_KINDS.map((kind) => `${kind} ${own.rules.filter(({ on }) => on === kind).length}`);
    return {
      ok: true,
      lines: [`${file}: ${own.rules.length} rules (${kinds.join(', ')}); ${all.length} with the default set`],
    };
  } catch (error) {
    if (!(error instanceof RulesError)) throw error;
    return { ok: false, lines: error.message.split('\n') };
  }
}
