import { REDACTED, withoutHeaders, withoutNamedValues } from './named-values.ts';
import { isSecretRun, LONG_RUN } from './random.ts';
import { BY_LENGTH, SHAPES } from './shapes.ts';
import { withoutProgramSecrets } from './shell.ts';
import { withoutUserinfo } from './userinfo.ts';

const AROUND = 40;
/** A name, a sign and a secret. */
const SHORTEST = 6;
/** Most paths: without a sign nothing is assigned, and without digits and capitals nothing is random. */
const PLAIN = /^[a-z._/-]{1,80}$/;

const replaced = (_: string, kept: unknown) => `${typeof kept === 'string' ? kept : ''}${REDACTED}`;

/** All hints at once: most texts have none. */
const ANY_HINT = new RegExp(
  SHAPES.flatMap(({ hints }) => hints)
    .map((hint) => hint.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('|'),
);

function withoutShapes(text: string): string {
  const small = text.toLowerCase();
  let clean = text.replace(BY_LENGTH, REDACTED);
  if (!ANY_HINT.test(small)) return clean;
  for (const { hints, pattern } of SHAPES) {
    if (hints.some((hint) => small.includes(hint))) clean = clean.replace(pattern, replaced);
  }
  return clean;
}

function withoutRuns(text: string): string {
  return text.replace(LONG_RUN, (run: string, offset: number) => {
    const before = text.slice(Math.max(0, offset - AROUND), offset);
    const after = text.slice(offset + run.length, offset + run.length + AROUND);
    return isSecretRun(run, before, after) ? REDACTED : run;
  });
}

/** Takes passwords, tokens and keys out of a line of a log or of a shell: each becomes `…`. */
export function redact(text: string): string {
  if (text.length < SHORTEST || PLAIN.test(text)) return text;
  const shaped = withoutHeaders(withoutShapes(withoutUserinfo(text)));
  return withoutRuns(withoutNamedValues(withoutProgramSecrets(shaped)));
}
