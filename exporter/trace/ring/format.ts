import { malformed } from '../../base/errors.ts';

/** Where the parts of a ring-buffer page lie, in bytes. */
export interface PageLayout {
  readonly timestamp: number;
  readonly commit: number;
  /** Size of the kernel's `long`, and so of a stored count of missed events. */
  readonly longBytes: number;
  readonly data: number;
  readonly pageBytes: number;
}

type FieldKind = 'integer' | 'array' | 'data_loc' | 'rel_loc';

/** A field of an event's record. */
export interface EventField {
  readonly offset: number;
  readonly size: number;
  readonly kind: FieldKind;
}

/** An event's record as this kernel lays it out. */
export interface EventFormat {
  readonly name: string;
  readonly id: number;
  readonly fields: ReadonlyMap<string, EventField>;
}

const FIELD = /^\tfield:([^;\n]+);\s*offset:(\d+);\s*size:(\d+);/gm;

function kindOf(declaration: string): FieldKind {
  if (declaration.startsWith('__data_loc ')) return 'data_loc';
  if (declaration.startsWith('__rel_loc ')) return 'rel_loc';
  return declaration.endsWith(']') ? 'array' : 'integer';
}

function parseFields(text: string): Map<string, EventField> {
  const fields = new Map<string, EventField>();
  for (const [, declaration = '', offset, size] of text.matchAll(FIELD)) {
    const name = /(\w+)(?:\[[^\]]*\])?$/.exec(declaration)?.[1];
    if (name !== undefined) {
      fields.set(name, { offset: Number(offset), size: Number(size), kind: kindOf(declaration) });
    }
  }
  return fields;
}

/**
 * Parses `events/header_page`.
 *
 *     \tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;
 *     \tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;
 *     \tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;
 *
 * @throws {SourceError} `malformed` when one of the three is missing or they do not make a page
 */
export function parseHeaderPage(text: string, path: string): PageLayout {
  const fields = parseFields(text);
  const [timestamp, commit, data] = [fields.get('timestamp'), fields.get('commit'), fields.get('data')];
  if (timestamp?.size !== 8 || commit === undefined || data === undefined || data.offset % 4 !== 0) {
    throw malformed(path, 'fields timestamp, commit and data', text);
  }
  return {
    timestamp: timestamp.offset,
    commit: commit.offset,
    longBytes: commit.size,
    data: data.offset,
    pageBytes: data.offset + data.size,
  };
}

/**
 * Parses `events/<group>/<event>/format`.
 *
 *     name: sched_process_exec
 *     ID: 365
 *     format:
 *     \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
 *     \tfield:__data_loc char[] filename;\toffset:8;\tsize:4;\tsigned:0;
 *
 * @throws {SourceError} `malformed` without a name, an ID or any field
 */
export function parseFormat(text: string, path: string): EventFormat {
  const name = /^name: (\w+)$/m.exec(text)?.[1];
  const id = /^ID: (\d+)$/m.exec(text)?.[1];
  const fields = parseFields(text);
  if (name === undefined || id === undefined || fields.size === 0) {
    throw malformed(path, 'a name, an ID and fields', text);
  }
  return { name, id: Number(id), fields };
}
