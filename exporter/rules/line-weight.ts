import type { RE2JS } from 're2js';
import type { Node } from 'yaml';
import type { LineWeight } from './model.ts';
import { compilePattern, PatternError } from './pattern.ts';
import type { YamlReader } from './yaml-reader.ts';

function pattern(reader: YamlReader, node: Node | undefined, name: string): RE2JS | undefined {
  const text = node === undefined ? undefined : reader.text(node, name);
  if (text === undefined) return undefined;
  try {
    return compilePattern(text);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return reader.refuse(node, `${name}: ${error.message}`);
  }
}

/** What of a log rule says how many events a line stands for: `count` and `echo`. */
export function lineWeight(reader: YamlReader, fields: ReadonlyMap<string, Node>): LineWeight {
  const count = pattern(reader, fields.get('count'), 'count');
  if (count !== undefined && count.groupCount() !== 1) {
    reader.refuse(
      fields.get('count'),
      'count: needs one group for the number, such as "([0-9]+) more failures"',
    );
  }
  const echo = pattern(reader, fields.get('echo'), 'echo');
  return {
    ...(count !== undefined && { count }),
    ...(echo !== undefined && { echo }),
    patternSize: (count?.programSize() ?? 0) + (echo?.programSize() ?? 0),
  };
}
