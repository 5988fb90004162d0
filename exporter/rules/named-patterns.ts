import { isMap, isScalar, type Node, type YAMLMap } from 'yaml';
import { compilePattern, PatternError } from './pattern.ts';
import type { YamlReader } from './yaml-reader.ts';

const NAME = /^[a-z][a-z0-9_]{0,62}$/;
const MAX_PATTERNS = 50;

/** What `matches()` asks. */
export interface Tester {
  test(text: string): boolean;
}

/** A pattern that several rules of a file use: of one text it is asked once, however many rules look. */
class NamedPattern implements Tester {
  /** What it takes, as a measure of memory. */
  readonly size: number;
  readonly #pattern: ReturnType<typeof compilePattern>;
  #last: { readonly text: string; readonly matches: boolean } | undefined;

  /** @throws {PatternError} */
  constructor(text: string) {
    this.#pattern = compilePattern(text);
    this.size = this.#pattern.programSize();
  }

  test(text: string): boolean {
    if (this.#last?.text !== text) this.#last = { text, matches: this.#pattern.test(text) };
    return this.#last.matches;
  }
}

export type NamedPatterns = ReadonlyMap<string, NamedPattern>;

/** The mapping `patterns` of a rules file, over those that it can use already. */
export function namedPatterns(
  reader: YamlReader,
  node: Node | undefined,
  inherited: NamedPatterns,
): NamedPatterns {
  const patterns = new Map(inherited);
  if (node === undefined) return patterns;
  if (!isMap(node)) {
    reader.refuse(node, 'patterns must be a mapping');
    return patterns;
  }
  const { items } = node as YAMLMap<Node, Node | null>;
  if (items.length > MAX_PATTERNS) reader.refuse(node, `patterns has more than ${MAX_PATTERNS} elements`);
  for (const { key, value } of items.slice(0, MAX_PATTERNS)) {
    const name = isScalar(key) ? String(key.value) : '';
    const text = reader.text(value ?? key, `patterns.${name}`);
    if (!NAME.test(name))
      reader.refuse(key, `a pattern's name ${JSON.stringify(name)}: must be like web_request`);
    else if (text !== undefined) define(reader, value ?? key, name, text, patterns);
  }
  return patterns;
}

function define(
  reader: YamlReader,
  node: Node,
  name: string,
  text: string,
  patterns: Map<string, NamedPattern>,
): void {
  try {
    patterns.set(name, new NamedPattern(text.trim()));
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    reader.refuse(node, `patterns.${name}: ${error.message}`);
  }
}
