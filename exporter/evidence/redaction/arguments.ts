import { basename } from 'node:path/posix';
import { groupBy } from '../../../common/collections.ts';
import { REDACTED } from './named-values.ts';
import { STATUS_WORDS } from './names.ts';
import { PROGRAMS } from './programs.ts';
import { redact } from './redact.ts';
import { isSecret, sureness } from './sureness.ts';

const NAMED_VALUE = /^(-{0,2}[\w.-]+=)([\s\S]+)$/;

const ROWS = groupBy(
  PROGRAMS.flatMap((row) => row.programs.map((program) => ({ program, row }))),
  ({ program }) => program,
);

/** What the table has for a program that is run with these arguments. */
function rowsFor(program: string, args: readonly string[]): readonly Row[] {
  const rows = (ROWS.get(program) ?? []).map(({ row }) => row);
  return rows.filter(({ command }) => command === undefined || args.includes(command));
}

type Row = (typeof PROGRAMS)[number];

/** `--password`, or `-p` of some programs: the value is the next argument. */
function masksNext(rows: readonly Row[], arg: string): boolean {
  if (!arg.startsWith('-')) return false;
  if (/^--?[\w.-]+$/.test(arg) && sureness(arg) === 'secret') return true;
  return rows.some(({ flags }) => flags?.includes(arg));
}

/** `--password=X`, `-pX`, or whatever else holds a secret. */
function redactArgument(rows: readonly Row[], arg: string): string {
  const [, before, value] = (arg.includes('=') && NAMED_VALUE.exec(arg)) || [];
  if (before !== undefined && value !== undefined && isSecret(before.slice(0, -1), value))
    return `${before}${REDACTED}`;
  for (const { glued = [] } of rows) {
    const flag = glued
      .map((one) => new RegExp(`^${one}(?=.)`).exec(arg)?.[0])
      .find((found) => found !== undefined);
    if (flag !== undefined) return `${flag}${REDACTED}`;
  }
  return redact(arg);
}

/** `-u user:X` and `-uuser:X`. */
function maskPairs({ pairs }: Row, args: readonly string[], clean: string[]): void {
  if (pairs === undefined) return;
  for (const [i, arg] of args.entries()) {
    const isValue = pairs.flags.includes(args[i - 1] ?? '');
    const isGlued = pairs.flags.some((flag) => arg.startsWith(flag) && arg !== flag);
    const at = arg.indexOf(pairs.separator);
    if ((isValue || isGlued) && at >= 0) clean[i] = `${arg.slice(0, at + 1)}${REDACTED}`;
  }
}

function maskPositional({ positional }: Row, args: readonly string[], clean: string[]): void {
  if (positional === undefined) return;
  const after = new RegExp(`^(?:${positional.after.join('|')})$`);
  const at = args.findIndex((arg, i) => i > 0 && after.test(arg));
  const rest = at < 0 ? [] : [...args.keys()].slice(at + 1).filter((i) => !args[i]?.startsWith('-'));
  const index = positional.index === 'last' ? rest.at(-1) : rest[positional.index];
  if (index !== undefined) clean[index] = REDACTED;
}

/** Takes secrets out of a program's arguments, its own name first; one may hold what the one before it names. */
export function redactArguments(args: readonly string[]): readonly string[] {
  const rows = rowsFor(basename(args[0] ?? ''), args);
  const clean = args.map((arg, i) => {
    const before = args[i - 1] ?? '';
    const isValue = i > 1 && arg !== '' && !arg.startsWith('--') && masksNext(rows, before);
    if (isValue) return STATUS_WORDS.has(arg.toLowerCase()) ? arg : REDACTED;
    return i === 0 ? redact(arg) : redactArgument(rows, arg);
  });
  for (const row of rows) {
    maskPairs(row, args, clean);
    maskPositional(row, args, clean);
  }
  return clean;
}
