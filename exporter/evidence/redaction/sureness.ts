import { DOUBTFUL_PARTS, HARMLESS_ENDS, SECRET_PARTS, SECRET_WORDS, STATUS_WORDS } from './names.ts';
import { looksSecret } from './random.ts';

const any = (words: readonly string[]) => words.join('|');
const capitalised = (words: readonly string[]) =>
  words.map((word) => word.charAt(0).toUpperCase() + word.slice(1));

/** Words that are parts of a name: between other signs than letters, or in camel case. */
const partOf = (words: readonly string[]) => ({
  separate: new RegExp(`(?:^|[^a-z])(?:${any(words)})(?:$|[^a-z])`, 'i'),
  camel: new RegExp(`[a-z](?:${any(capitalised(words))})(?![a-z])`),
});

const SECRET_NAME = new RegExp(any(SECRET_WORDS), 'i');
const SECRET_PART = partOf(SECRET_PARTS);
const DOUBTFUL_PART = partOf(DOUBTFUL_PARTS);
const HARMLESS_NAME = new RegExp(
  `[-_. ](?:${any(HARMLESS_ENDS)})$|(?:tokens|keys|secrets|credentials|passwords)$`,
  'i',
);
/** Camel case has no separator before its last word: `secretName`, `tokenTTL`. */
const HARMLESS_CAMEL = new RegExp(`[a-z](?:${any(capitalised(HARMLESS_ENDS))}|URL|URI|TTL|ID)$`);
/** The shell's working folders. */
const FOLDER_NAMES = new Set(['PWD', 'OLDPWD']);
const COUNTED = /^\d{1,4}(?!\S)/;
/** A variable, a template or a file in the secret's place: that is elsewhere. */
const ELSEWHERE = /^(?:\$\{?[A-Za-z_]\w{0,64}\}?|\$\(.*|<[\w -]{1,64}>|\{\{.*|%[sv]|@\/.*|env:.*|file:.*)$/;
/** Of a value that is to look like a secret. */
const MOST_LOOKED_AT = 256;
const QUOTES = /^(?:\\?["'`])+|(?:\\?["'`])+$/g;
const PUNCTUATION = /[.,;:!?)]+$/;

/** What is to be thought of a value under a name: it is a secret, or one if it looks like one. */
export function sureness(name: string): 'secret' | 'doubtful' | undefined {
  const bare = name.replace(/^-+/, '');
  if (FOLDER_NAMES.has(bare)) return undefined;
  const has = ({ separate, camel }: typeof SECRET_PART) => separate.test(bare) || camel.test(bare);
  if (SECRET_NAME.test(bare) || has(SECRET_PART)) {
    return HARMLESS_NAME.test(bare) || HARMLESS_CAMEL.test(bare) ? undefined : 'secret';
  }
  return has(DOUBTFUL_PART) ? 'doubtful' : undefined;
}

export const unquoted = (value: string) => value.replace(QUOTES, '');

/** Whether a value under a name is to go; what messages tell about a secret is none. */
export function isSecret(name: string, value: string): boolean {
  const sure = sureness(name);
  const text = unquoted(value);
  if (sure === undefined || text === '') return false;
  if (sure === 'doubtful') return looksSecret(text.slice(0, MOST_LOOKED_AT));
  if (STATUS_WORDS.has(text.toLowerCase().replace(PUNCTUATION, ''))) return false;
  return !ELSEWHERE.test(text) && !(name.toLowerCase() === 'pass' && COUNTED.test(text));
}
