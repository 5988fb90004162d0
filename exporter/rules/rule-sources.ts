import type { Node } from 'yaml';
import type { LogSource, PodSelector } from './model.ts';
import type { YamlReader } from './yaml-reader.ts';

const SELECTOR = ['namespace', 'labels', 'container'];
const MAX_PATHS = 64;

/** Absolute paths on the host; in `patterns` a `*` stands for any part of one name. */
export function absolutePaths(
  reader: YamlReader,
  node: Node | undefined,
  what: string,
  patterns: boolean,
): string[] {
  const paths = reader.texts(node, what, MAX_PATHS);
  for (const path of paths) {
    const plain = path.startsWith('/') && !path.split('/').includes('..') && !path.includes('\0');
    if (!plain) reader.refuse(node, `${what}: ${JSON.stringify(path)} must be absolute, without ".."`);
    else if (!patterns && path.includes('*')) reader.refuse(node, `${what} cannot have patterns: ${path}`);
    else if (path.includes('**'))
      reader.refuse(node, `${what}: * stands for one name, ** for nothing: ${path}`);
  }
  return paths;
}

function podSelector(reader: YamlReader, node: Node): PodSelector | undefined {
  const fields = reader.fields(node, 'pods', SELECTOR);
  if (fields === undefined) return undefined;
  const text = (name: string) => {
    const value = fields.get(name);
    return value === undefined ? undefined : reader.text(value, `pods.${name}`);
  };
  const labelsNode = fields.get('labels');
  const labels = labelsNode && reader.textMap(labelsNode, 'pods.labels');
  const namespace = text('namespace');
  const container = text('container');
  if (namespace === undefined && labels === undefined) {
    return reader.refuse(node, 'pods must name a namespace or labels, never all pods');
  }
  return {
    ...(namespace !== undefined && { namespace }),
    ...(labels !== undefined && { labels }),
    ...(container !== undefined && { container }),
  };
}

/** Where a log rule reads: `files` and `journal` of the host, `pods` that it selects. */
export function logSource(reader: YamlReader, fields: ReadonlyMap<string, Node>, at: Node): LogSource {
  const files = fields.get('files');
  const journal = fields.get('journal');
  const pods = fields.get('pods');
  if (files === undefined && journal === undefined && pods === undefined) {
    reader.refuse(at, 'a log rule needs files, journal or pods');
  }
  const selector = pods && podSelector(reader, pods);
  return {
    files: files === undefined ? [] : absolutePaths(reader, files, 'files', false),
    journal: journal === undefined ? [] : reader.texts(journal, 'journal', MAX_PATHS),
    ...(selector !== undefined && { pods: selector }),
  };
}
