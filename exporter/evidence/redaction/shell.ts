import { REDACTED } from './named-values.ts';
import { PROGRAMS } from './programs.ts';

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const any = (words: readonly string[]) => words.join('|');
const named = (programs: readonly string[]) =>
  String.raw`(?<![\w.-])(?:${any(programs.map(escaped))})(?![\w.-])`;

const WORD = String.raw`(?:"(?:[^"\\]|\\.){0,512}"?|'[^']{0,512}'?|[^\s"'|;&]{1,512})`;
/** What stands between a program and what concerns us, in the same command. */
const BETWEEN = String.raw`[^|;&\n]{0,256}?\s`;
const ANY_PROGRAM = new RegExp(named(PROGRAMS.flatMap(({ programs }) => programs)), 'g');

/** The table of programs as patterns over a line of a shell: the first group is kept, what follows it is the secret. */
const RULES = PROGRAMS.map(({ programs, command, flags = [], glued = [], pairs, positional }) => {
  const start = `(${named(programs)}${BETWEEN}${command === undefined ? '' : `${command}${BETWEEN}`}`;
  const patterns: string[] = [];
  if (flags.length > 0) patterns.push(String.raw`${start}(?:${any(flags)})(?:\s{1,4}|=))${WORD}`);
  if (glued.length > 0) patterns.push(`${start}(?:${any(glued)}))${WORD}`);
  if (pairs !== undefined) {
    const { separator } = pairs;
    const user = String.raw`["']?[^\s"'${separator}]{0,256}${separator}`;
    patterns.push(String.raw`${start}(?:${any(pairs.flags)})(?:\s{1,4}|=)?${user})[^\s"'|;&]{1,512}`);
  }
  if (positional !== undefined) {
    const { after, index } = positional;
    const skipped = String.raw`(?:\s{1,4}${WORD}){${index === 'last' ? '0,8' : index}}`;
    patterns.push(
      String.raw`${start}(?:${any(after)})(?:\s{1,4}-{1,2}\S{1,64}){0,8}${skipped}\s{1,4})${WORD}`,
    );
  }
  return { programs, patterns: patterns.map((pattern) => new RegExp(pattern, 'g')) };
});

/** Takes out what programs are given in ways of their own, as in `mysql -pX`. */
export function withoutProgramSecrets(text: string): string {
  const there = new Set(text.match(ANY_PROGRAM));
  if (there.size === 0) return text;
  let clean = text;
  for (const { programs, patterns } of RULES) {
    if (!programs.some((program) => there.has(program))) continue;
    for (const pattern of patterns) clean = clean.replace(pattern, (_, kept: string) => `${kept}${REDACTED}`);
  }
  return clean;
}
