import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../../support/paths.ts';

type Texts = Readonly<Record<string, string>>;

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Texts;
  readonly annotations: Texts;
}

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Texts;
}

export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly (AlertRule | RecordingRule)[];
}

/** The groups of a file of prometheus/rules/. */
export function readGroups(file: string): readonly RuleGroup[] {
  const path = join(ROOT, 'prometheus', 'rules', file);
  return (parse(readFileSync(path, 'utf8')) as { groups: RuleGroup[] }).groups;
}

/** All rules of some files of prometheus/rules/. */
export function readRules(files: readonly string[]): readonly (AlertRule | RecordingRule)[] {
  return files.flatMap(readGroups).flatMap(({ rules }) => rules);
}
