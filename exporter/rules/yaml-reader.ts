import { isMap, isScalar, isSeq, type LineCounter, type Node, Scalar, type YAMLMap } from 'yaml';
import type { Problem } from './errors.ts';

/** Reads values out of a YAML document, collecting what is wrong with its line instead of stopping at the first. */
export class YamlReader {
  readonly problems: Problem[] = [];
  readonly #lines: LineCounter;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  /** The line that a node begins on, from 1; without a node the first. */
  lineOf(node: Node | null | undefined): number {
    return node?.range ? this.#lines.linePos(node.range[0]).line : 1;
  }

  /** The line of a character within a text: exact in a block (`|`), the text's first line otherwise. */
  lineWithin(node: Node, text: string, offset: number): number {
    const literal = isScalar(node) && node.type === Scalar.BLOCK_LITERAL;
    return this.lineOf(node) + (literal ? 1 + text.slice(0, offset).split('\n').length - 1 : 0);
  }

  refuse(node: Node | null | undefined, reason: string): undefined {
    this.problems.push({ line: this.lineOf(node), reason });
    return undefined;
  }

  /** The entries of a mapping, its keys all among `known`. */
  fields(
    node: Node | null | undefined,
    what: string,
    known: readonly string[],
  ): Map<string, Node> | undefined {
    if (!isMap(node)) return this.refuse(node, `${what} must be a mapping`);
    const fields = new Map<string, Node>();
    for (const { key, value } of (node as YAMLMap<Node, Node | null>).items) {
      const name = isScalar(key) ? String(key.value) : '';
      if (!known.includes(name)) {
        this.refuse(key, `${what} has no field ${JSON.stringify(name)}; it has ${known.join(', ')}`);
      } else if (fields.has(name)) this.refuse(key, `${what} has ${name} twice`);
      else if (value !== null) fields.set(name, value);
    }
    return fields;
  }

  text(node: Node | undefined, what: string): string | undefined {
    if (isScalar(node) && typeof node.value === 'string' && node.value.trim() !== '') return node.value;
    return this.refuse(node, `${what} must be text`);
  }

  flag(node: Node | undefined, what: string): boolean | undefined {
    if (isScalar(node) && typeof node.value === 'boolean') return node.value;
    return this.refuse(node, `${what} must be true or false`);
  }

  items(node: Node | null | undefined, what: string, most: number): Node[] {
    if (!isSeq(node)) {
      this.refuse(node, `${what} must be a list`);
      return [];
    }
    if (node.items.length > most) this.refuse(node, `${what} has more than ${most} elements`);
    return node.items.slice(0, most) as Node[];
  }

  texts(node: Node | undefined, what: string, most: number): string[] {
    return this.items(node, what, most).flatMap((item) => this.text(item, `an element of ${what}`) ?? []);
  }

  textMap(node: Node, what: string): Record<string, string> | undefined {
    if (!isMap(node) || node.items.length === 0) return this.refuse(node, `${what} must be a mapping`);
    return Object.fromEntries(
      (node as YAMLMap<Node, Node | null>).items.map(({ key, value }) => [
        this.text(key, `a key of ${what}`) ?? '',
        this.text(value ?? key, `a value of ${what}`) ?? '',
      ]),
    );
  }
}
