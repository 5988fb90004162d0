import { TRIGGERS } from './names.ts';
import { isSecret, sureness, unquoted } from './sureness.ts';

/** What stands where a secret stood. */
export const REDACTED = '…';

const TRIGGER = new RegExp(TRIGGERS.join('|'), 'gi');
const IN_NAME = /[\p{L}\p{N}_.-]/u;
/** On either side of a word that a name has. */
const MOST_OF_NAME = 64;

/** `name=`, `"name": `, `name => `, `name] = `. */
const SIGN = /(?:\\?["'`\])]){0,3}\s{0,4}(?:=>|:=|==?|:)\s{0,4}/y;
/** `--name `, `"--name", "`. */
const GAP = /\s{1,4}(?!-)|["']\s{0,4},\s{0,4}/y;
/** `name is `, `name set to `, `name `. */
const VERB =
  /\s{1,4}(?:(?:is|was|are|be|has been|(?:(?:is|was) )?(?:now )?(?:re)?(?:set|changed) (?:to|as)):?\s{1,4})?/y;
const VALUE =
  /\\"(?:(?!\\").){0,1024}(?:\\")?|"(?:[^"\\]|\\.){0,1024}"?|'(?:[^'\\]|\\.){0,1024}'?|`[^`]{0,1024}`?|[^\s"'`]{1,1024}/y;
/** Of a longer value: the rest. */
const REST = /[^\s"'`]*/y;
const LONG = 1_024;

const HEADER =
  /\b((?:proxy-)?authorization|(?:set-)?cookie2?)(\\?["']?\s{0,4}[:=]\s{0,4}\\?["']?)([^"'\n\r]*)/gi;
const SCHEME = /^(?:basic|bearer|token|negotiate|ntlm|apikey|key)\s{1,4}/i;
const STATUS = /^(?:[a-z]{1,64}|[A-Z][a-z]{1,64}[,.]?|[A-Z,]{1,64})$/;

/** A secret in a sentence is of letters with digits or signs; a word alone is a word. */
const THOUGHT_OF = /^(?=[^a-z]{0,64}[a-z])(?=[^\d!@#$%^&*+=]{0,64}[\d!@#$%^&*+=])[^\s./:]{6,}$/i;
/** Objects of Kubernetes: `secret default-token-x7k2p`. */
const OBJECT_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)+$/;

/** What a pattern finds exactly there. */
function at(pattern: RegExp, text: string, index: number): string | undefined {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0];
}

/** Keeps the quotes of a value. */
function masked(value: string): string {
  const open = /^\\?["'`]/.exec(value)?.[0] ?? '';
  const close = open !== '' && value.length > open.length && value.endsWith(open) ? open : '';
  return `${open}${REDACTED}${close}`;
}

function nameAround(
  text: string,
  from: number,
  to: number,
): { readonly start: number; readonly end: number } {
  let [start, end] = [from, to];
  while (start > 0 && from - start < MOST_OF_NAME && IN_NAME.test(text.charAt(start - 1))) start -= 1;
  while (end < text.length && end - to < MOST_OF_NAME && IN_NAME.test(text.charAt(end))) end += 1;
  return { start, end };
}

/** Where the value of a name begins and ends, if what stands there is a secret. */
function secretAfter(
  text: string,
  name: string,
  end: number,
): readonly [start: number, end: number] | undefined {
  const sign = at(SIGN, text, end);
  const gap = sign === undefined && name.startsWith('-') ? at(GAP, text, end) : undefined;
  const verb = sign === undefined && gap === undefined ? at(VERB, text, end) : undefined;
  const before = sign ?? gap ?? verb;
  if (before === undefined) return undefined;
  const start = end + before.length;
  const value = at(VALUE, text, start);
  if (value === undefined || !isSecret(name, value)) return undefined;
  if (verb !== undefined && !isTold(name, verb, value)) return undefined;
  const rest = value.length < LONG ? '' : at(REST, text, start + value.length);
  return [start, start + value.length + (rest?.length ?? 0)];
}

/** Whether a sentence gives the secret itself away, and not something about it. */
function isTold(name: string, verb: string, value: string): boolean {
  if (sureness(name) !== 'secret') return false;
  const text = unquoted(value).replace(/[.,;!?)]+$/, '');
  const isBare = verb.trim() === '';
  if (isBare && !/pass|pwd/i.test(name) && OBJECT_NAME.test(text)) return false;
  return THOUGHT_OF.test(text) || (/^["'`]/.test(value) && (!isBare || /pass|pwd/i.test(name)));
}

/** Takes out what stands under names of secrets, wherever these are named: flags, variables, fields, parameters, sentences. */
export function withoutNamedValues(text: string): string {
  let clean = '';
  let done = 0;
  TRIGGER.lastIndex = 0;
  for (let hit = TRIGGER.exec(text); hit !== null; hit = TRIGGER.exec(text)) {
    const { start, end } = nameAround(text, hit.index, hit.index + hit[0].length);
    const secret = secretAfter(text, text.slice(start, end), end);
    TRIGGER.lastIndex = Math.max(end, secret?.[1] ?? 0);
    if (secret === undefined) continue;
    clean += text.slice(done, secret[0]) + masked(text.slice(...secret));
    done = secret[1];
  }
  return done === 0 ? text : clean + text.slice(done);
}

/** Takes out what stands in headers that hold secrets. */
export function withoutHeaders(text: string): string {
  return text.replace(HEADER, (whole: string, name: string, sign: string, value: string) => {
    if (/cookie/i.test(name)) return /[=\d]/.test(value) ? `${name}${sign}${REDACTED}` : whole;
    const scheme = SCHEME.exec(value)?.[0] ?? '';
    const rest = value.slice(scheme.length);
    const [first = ''] = rest.split(/\s/, 1);
    if (first === '' || first === REDACTED || (scheme === '' && STATUS.test(first))) return whole;
    return `${name}${sign}${scheme}${REDACTED}${rest.slice(first.length)}`;
  });
}
