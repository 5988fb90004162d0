import type { Node } from 'yaml';
import { RULE_KINDS, type RuleKind } from '../catalogue/events/fields.ts';
import { SEVERITIES } from '../catalogue/events/record.ts';
import { LOG_CATEGORIES } from '../catalogue/logs.ts';
import { ConditionError, compileCondition } from './condition.ts';
import { lineWeight } from './line-weight.ts';
import type { Rule } from './model.ts';
import type { NamedPatterns } from './named-patterns.ts';
import { absolutePaths, logSource } from './rule-sources.ts';
import type { YamlReader } from './yaml-reader.ts';

const NAME = /^[a-z][a-z0-9_]{0,62}$/;
const TECHNIQUE = /^T\d{4}(\.\d{3})?$/;
const COMMON = ['name', 'on', 'enabled', 'severity', 'mitre', 'description', 'condition'];
const OWN: Record<RuleKind, readonly string[]> = {
  exec: [],
  connection: [],
  pod: [],
  file: ['paths'],
  log: ['category', 'files', 'journal', 'pods', 'count', 'echo'],
};
const MAX_DESCRIPTION_CHARACTERS = 500;

type Fields = ReadonlyMap<string, Node>;

function oneOf<T extends string>(
  reader: YamlReader,
  fields: Fields,
  at: Node,
  name: string,
  values: readonly T[],
): T | undefined {
  const node = fields.get(name);
  const text = reader.text(node ?? at, name);
  if (node === undefined || text === undefined) return undefined;
  const value = values.find((candidate) => candidate === text);
  return value ?? reader.refuse(node, `${name} ${JSON.stringify(text)}: must be ${values.join(', ')}`);
}

function matching(
  reader: YamlReader,
  fields: Fields,
  at: Node,
  name: string,
  pattern: RegExp,
  example: string,
): string | undefined {
  const node = fields.get(name);
  const text = node === undefined ? undefined : reader.text(node, name);
  if (node === undefined) return reader.refuse(at, `a rule needs ${name}, such as ${example}`);
  if (text === undefined || pattern.test(text)) return text;
  return reader.refuse(node, `${name} ${JSON.stringify(text)}: must be like ${example}`);
}

function condition<K extends RuleKind>(
  reader: YamlReader,
  on: K,
  node: Node | undefined,
  at: Node,
  patterns: NamedPatterns,
) {
  // A file rule without a condition counts every change of its paths.
  const text = node === undefined && on === 'file' ? 'true' : reader.text(node ?? at, 'condition');
  if (text === undefined) return undefined;
  try {
    return { text: text.trim(), condition: compileCondition(on, text, patterns) };
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    const line = node === undefined ? reader.lineOf(at) : reader.lineWithin(node, text, error.offset);
    reader.problems.push({ line, reason: `condition: ${error.message}` });
    return undefined;
  }
}

/** What of a log rule no other has. Without a category it is `other`: files from before there were categories stay valid. */
function logParts(reader: YamlReader, all: Fields, node: Node) {
  return {
    category: all.has('category') ? oneOf(reader, all, node, 'category', LOG_CATEGORIES) : 'other',
    source: logSource(reader, all, node),
    weight: lineWeight(reader, all),
  };
}

/**
 * One element of `rules`; what is wrong with it goes to the reader's problems.
 *
 * @param patterns what conditions can name
 * @returns the rule, or the name of one that is switched off, or undefined when it is refused
 */
export function parseRule(
  reader: YamlReader,
  node: Node,
  patterns: NamedPatterns,
): Rule | { readonly disabled: string } | undefined {
  const before = reader.problems.length;
  const all = reader.fields(node, 'a rule', [...COMMON, ...Object.values(OWN).flat()]);
  if (all === undefined) return undefined;
  const name = matching(reader, all, node, 'name', NAME, 'shell_in_container');
  const enabled = all.get('enabled');
  if (enabled !== undefined && reader.flag(enabled, 'enabled') === false) {
    return name === undefined ? undefined : { disabled: name };
  }
  const on = oneOf(reader, all, node, 'on', RULE_KINDS);
  const severity = oneOf(reader, all, node, 'severity', SEVERITIES);
  const mitre = matching(reader, all, node, 'mitre', TECHNIQUE, 'T1609 or T1552.005');
  const description = matching(
    reader,
    all,
    node,
    'description',
    new RegExp(`^[\\s\\S]{1,${MAX_DESCRIPTION_CHARACTERS}}$`),
    `a sentence of at most ${MAX_DESCRIPTION_CHARACTERS} characters`,
  );
  if (on === undefined) return undefined;
  for (const [field, value] of all) {
    if (!COMMON.includes(field) && !OWN[on].includes(field))
      reader.refuse(value, `${field} is not for on: ${on}`);
  }
  const compiled = condition(reader, on, all.get('condition'), node, patterns);
  const own = {
    ...(on === 'file' && { paths: absolutePaths(reader, all.get('paths') ?? node, 'paths', true) }),
    ...(on === 'log' && logParts(reader, all, node)),
  };
  if (reader.problems.length > before) return undefined;
  // Nothing was refused, so that every part is there; the compiler cannot follow that through the kinds.
  return { name, on, severity, mitre, description: description?.trim(), ...compiled, ...own } as Rule;
}
