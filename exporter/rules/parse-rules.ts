import { LineCounter, type Node, parseDocument } from 'yaml';
import { type Problem, RulesError } from './errors.ts';
import type { Rule, RulesDocument } from './model.ts';
import { type NamedPatterns, namedPatterns } from './named-patterns.ts';
import { firstTooDeepLine } from './nesting.ts';
import { parseRule } from './parse-rule.ts';
import { YamlReader } from './yaml-reader.ts';

const MAX_RULES = 200;
/** Some megabytes of memory. */
const MAX_PATTERN_SIZE = 20_000;
/** More would only repeat what one mistake, such as a wrong indent, caused. */
const MAX_PROBLEMS = 20;

interface Parsed extends RulesDocument {
  readonly problems: readonly Problem[];
}

function sizeOf(rule: Rule): number {
  return rule.condition.patternSize + (rule.on === 'log' ? rule.weight.patternSize : 0);
}

/** What the patterns take that the file adds. */
function ownSize(patterns: NamedPatterns, inherited: NamedPatterns): number {
  const own = [...patterns].filter(([name, pattern]) => inherited.get(name) !== pattern);
  return own.reduce((all, [, { size }]) => all + size, 0);
}

function parse(text: string, inherited: NamedPatterns): Parsed {
  const lines = new LineCounter();
  const reader = new YamlReader(lines);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  for (const { message, pos } of document.errors) {
    reader.problems.push({ line: lines.linePos(pos[0]).line, reason: message });
  }
  if (reader.problems.length > 0)
    return { rules: [], disabled: new Map(), patterns: inherited, problems: reader.problems };

  const root = reader.fields(document.contents as Node | null, 'a rules file', ['rules', 'patterns']);
  const patterns = namedPatterns(reader, root?.get('patterns'), inherited);
  const rules = new Map<string, Rule>();
  const disabled = new Map<string, number>();
  let patternSize = ownSize(patterns, inherited);
  for (const node of reader.items(root?.get('rules'), 'rules', MAX_RULES)) {
    const rule = parseRule(reader, node, patterns);
    if (rule === undefined) continue;
    if ('disabled' in rule) disabled.set(rule.disabled, reader.lineOf(node));
    else if (rules.has(rule.name)) reader.refuse(node, `a second rule is named ${rule.name}`);
    else rules.set(rule.name, rule);
    patternSize += 'disabled' in rule ? 0 : sizeOf(rule);
    if (patternSize <= MAX_PATTERN_SIZE) continue;
    reader.refuse(node, `the patterns up to here take more than ${MAX_PATTERN_SIZE} steps`);
    break;
  }
  return { rules: [...rules.values()], disabled, patterns, problems: reader.problems };
}

/**
 * Parses a rules file: YAML, one mapping with the list `rules`, and `patterns` that conditions can name.
 *
 * @param file its name, for the error
 * @param inherited patterns that it can name without having them
 * @throws {RulesError} `invalid` with the line and reason of each problem
 */
export function parseRules(text: string, file: string, inherited: NamedPatterns = new Map()): RulesDocument {
  const line = firstTooDeepLine(text);
  if (line !== undefined)
    throw new RulesError('invalid', file, [{ line, reason: 'nested too deep, or too long' }]);
  const { problems, ...document } = parse(text, inherited);
  if (problems.length === 0) return document;
  const ordered = [...problems].sort((a, b) => a.line - b.line);
  throw new RulesError('invalid', file, ordered.slice(0, MAX_PROBLEMS));
}
