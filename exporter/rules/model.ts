import type { RE2JS } from 're2js';
import type { RuleKind } from '../catalogue/events/fields.ts';
import type { SEVERITIES } from '../catalogue/events/record.ts';
import type { LogCategory } from '../catalogue/logs.ts';
import type { Condition } from './condition.ts';
import type { NamedPatterns } from './named-patterns.ts';

type Severity = (typeof SEVERITIES)[number];

/** Which containers' logs a rule reads: those of pods that fit all that is named here. */
export interface PodSelector {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly container?: string;
}

/** Where a log rule's lines come from. */
export interface LogSource {
  /** Files on the host, without patterns. */
  readonly files: readonly string[];
  /** Syslog identifiers to look for in the journal when none of the files is there. */
  readonly journal: readonly string[];
  readonly pods?: PodSelector;
}

/** How many events a line of a log stands for; one, where nothing is said. */
export interface LineWeight {
  /** Its group is the number; a line that it does not match stands for one. */
  readonly count?: RE2JS;
  /** Matches what a process says once more after a line that was counted. */
  readonly echo?: RE2JS;
  /** What the patterns take in all, as a measure of memory. */
  readonly patternSize: number;
}

interface RuleOf<K extends RuleKind> {
  /** The label `rule` of the metric that a match counts under. */
  readonly name: string;
  readonly on: K;
  readonly severity: Severity;
  /** A technique of MITRE ATT&CK, such as T1609 or T1552.005. */
  readonly mitre: string;
  readonly description: string;
  /** The condition as written. */
  readonly text: string;
  readonly condition: Condition<K>;
}

type FileRule = RuleOf<'file'> & { readonly paths: readonly string[] };
type LogRule = RuleOf<'log'> & {
  readonly category: LogCategory;
  readonly source: LogSource;
  readonly weight: LineWeight;
};

/** One rule, checked. */
export type Rule = RuleOf<'exec'> | RuleOf<'connection'> | RuleOf<'pod'> | FileRule | LogRule;

export type RuleOn<K extends RuleKind> = Extract<Rule, { readonly on: K }>;

/** What a rules file says. */
export interface RulesDocument {
  /** Patterns that its conditions can name, and those of files over it. */
  readonly patterns: NamedPatterns;
  readonly rules: readonly Rule[];
  /** Names of rules that are switched off, with the line that says so. */
  readonly disabled: ReadonlyMap<string, number>;
}
