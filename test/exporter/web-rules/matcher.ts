import { LineEvent } from '../../../exporter/logs/line-event.ts';
import { HOST } from '../../../exporter/owners/owners.ts';
import { loadRules } from '../../../exporter/rules/load.ts';
import type { RuleOn } from '../../../exporter/rules/model.ts';
import { RuleSet } from '../../../exporter/rules/rule-set.ts';

const event = (line: string) => new LineEvent(line, '/var/log/access.log', undefined, HOST);

/** The default rules of the category web, or those of a file too. */
export class WebRules {
  readonly rules: readonly RuleOn<'log'>[];
  readonly #set: RuleSet;

  private constructor(set: RuleSet) {
    this.#set = set;
    this.rules = set.on('log').filter(({ category }) => category === 'web');
  }

  /** @throws {RulesError} when the file is refused */
  static async load(file?: string): Promise<WebRules> {
    return new WebRules(new RuleSet(await loadRules(file)));
  }

  /** Whether one rule matches the line. */
  matches(rule: string, line: string): boolean {
    const found = this.rules.find(({ name }) => name === rule);
    return found !== undefined && this.#set.holds(found, event(line));
  }

  /** Names of the rules that the line matches. */
  match(line: string): string[] {
    const seen = event(line);
    return this.rules.filter((rule) => this.#set.holds(rule, seen)).map(({ name }) => name);
  }
}
