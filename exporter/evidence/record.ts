import { FIELDS, type RuleEvent, type RuleKind } from '../catalogue/events/fields.ts';
import { isOnDemand, LIFTED, partOf, RECORD_FIELDS, type RecordFields } from '../catalogue/events/record.ts';
import type { ContainerOwner } from '../owners/owners.ts';
import type { RuleOn } from '../rules/model.ts';
import { bounded, boundedList, MOST_CHARACTERS, wellFormed } from './bounded-text.ts';

/** A rule's match, with all that is known of what happened. */
export interface Match<K extends RuleKind> {
  readonly rule: RuleOn<K>;
  /** RFC 3339 with nine digits. */
  readonly time: string;
  readonly owner: ContainerOwner;
  /** Of the container; undefined where it is not known. */
  readonly image: string | undefined;
  /** As the condition saw it. */
  readonly event: RuleEvent<K>;
  readonly more: RecordFields<K>;
}

/** What tells a record from the others of its kind. */
export interface Numbering {
  readonly id: string;
  /** Matches held back since the last record. */
  readonly suppressed: number;
}

/** How all records of an agent are written. */
export interface Writing {
  readonly node: string;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
  /** The same of arguments, of which one may hold what the one before it names. */
  readonly redactArguments: (args: readonly string[]) => readonly string[];
  /** Whether arguments of programs are written at all. */
  readonly withArguments: boolean;
}

type Json = string | number | boolean | readonly (string | number)[] | Readonly<Record<string, string>>;

const ARGUMENTS = 'args';

/** Fields in which people write, or may have written, a secret; the others are names that the kernel and the cluster give. */
const FREE_TEXTS: ReadonlySet<string> = new Set([
  'path',
  'name',
  'given_path',
  'cwd',
  'parent_path',
  'parent_name',
  'program',
  'line',
  'decoded',
  'host_paths',
]);

/** Elements of a list, and labels of a pod, beyond these are left out. */
const MOST_ELEMENTS = 256;

/**
 * Of a text only so much is gone through; more than is written by far, so that a secret at its end, of which only a part can be seen, is never
 * written.
 */
const MOST_READ = 4 * MOST_CHARACTERS;
/** A word that may go on beyond that. */
const LAST_WORD = /\S{1,1024}$/;

/** The part of a text that is gone through for secrets. */
function readable(text: string): string {
  return text.length <= MOST_READ ? text : text.slice(0, MOST_READ).replace(LAST_WORD, '');
}

function textOf(name: string, text: string, { redact }: Writing): string {
  const read = wellFormed(readable(text));
  const clean = FREE_TEXTS.has(name) ? redact(read) : read;
  return bounded(clean, MOST_CHARACTERS, text.length - read.length);
}

function argumentsOf(args: readonly string[], { redactArguments }: Writing): readonly string[] {
  const read = args.map((arg) => wellFormed(readable(arg)));
  const cuts = args.map(({ length }, i) => length - (read[i] ?? '').length);
  return boundedList(redactArguments(read), cuts);
}

function listOf(name: string, values: readonly (string | bigint)[], writing: Writing): Json {
  const list = values.slice(0, MOST_ELEMENTS);
  const texts = list.map((value) =>
    typeof value === 'bigint' ? Number(value) : textOf(name, value, writing),
  );
  return texts.every((text) => typeof text === 'string')
    ? boundedList(texts as string[])
    : (texts as number[]);
}

function labelsOf(labels: ReadonlyMap<string, string>): Json {
  const entries = [...labels].slice(0, MOST_ELEMENTS);
  return Object.fromEntries(entries.map(([name, value]) => [wellFormed(name), bounded(wellFormed(value))]));
}

/** A field as JSON has it. */
function jsonOf(name: string, value: unknown, writing: Writing): Json {
  if (typeof value === 'string') return textOf(name, value, writing);
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) {
    return name === ARGUMENTS ? argumentsOf(value as string[], writing) : listOf(name, value, writing);
  }
  return value instanceof Map ? labelsOf(value) : (value as number | boolean);
}

/** A field of a kind, and whether a record has it only where the rule's condition names it. */
interface OwnField {
  readonly name: string;
  readonly onDemand: boolean;
}

/** By kind: its own fields, in their order, worked out once. */
const OWN = new Map(
  Object.entries(FIELDS).map(([kind, fields]) => [
    kind as RuleKind,
    {
      seen: Object.keys(fields)
        .filter((name) => !(name in LIFTED))
        .map((name): OwnField => ({ name, onDemand: isOnDemand(kind as RuleKind, name) })),
      more: Object.keys(RECORD_FIELDS[kind as RuleKind]),
    },
  ]),
);

function ownPart<K extends RuleKind>(match: Match<K>, writing: Writing): Record<string, Json> {
  const { rule, event, more } = match;
  const part: Record<string, Json> = {};
  const own = OWN.get(rule.on);
  for (const { name, onDemand } of own?.seen ?? []) {
    const value = (event as Readonly<Record<string, unknown>>)[name];
    if (value === undefined || (name === ARGUMENTS && !writing.withArguments)) continue;
    if (onDemand && !rule.condition.fields.has(name)) continue;
    part[name] = jsonOf(name, value, writing);
  }
  for (const name of own?.more ?? []) {
    const value = (more as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined) part[name] = jsonOf(name, value, writing);
  }
  return part;
}

/** What all records of a rule have in common, as members of a JSON object; by rule, as it was last made. */
const heads = new WeakMap<object, { readonly node: string; readonly text: string }>();

function headOf<K extends RuleKind>(rule: RuleOn<K>, node: string): string {
  const known = heads.get(rule);
  if (known?.node === node) return known.text;
  const { name, on, severity, mitre, description } = rule;
  const text = JSON.stringify({ node, rule: name, on, severity, mitre, description }).slice(1, -1);
  heads.set(rule, { node, text });
  return text;
}

/** As text of JSON these would be one line all the same; but no terminal shall obey them. */
const UNPRINTABLE = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * The record of a match as one line of JSON, without its newline; valid against docs/reference/events.schema.json whatever the match's texts
 * hold, and of bounded length.
 */
export function recordLine<K extends RuleKind>(
  match: Match<K>,
  { id, suppressed }: Numbering,
  writing: Writing,
): string {
  const { rule, time, owner, image } = match;
  const rest = JSON.stringify({
    namespace: owner.namespace,
    pod: owner.pod,
    container: owner.container,
    image: image === undefined ? undefined : textOf('image', image, writing),
    suppressed: suppressed > 0 ? suppressed : undefined,
    [partOf(rule.on)]: ownPart(match, writing),
  });
  const line = `{${JSON.stringify({ id, time }).slice(1, -1)},${headOf(rule, writing.node)},${rest.slice(1)}`;
  return line.replace(UNPRINTABLE, escaped);
}
