import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { UsageError } from '../cli.ts';
import { firstLineOf } from '../errors.ts';

/** Short ones can be guessed. */
const LEAST_LENGTH = 16;

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Whether a request carries the token: `Authorization: Bearer`, or `X-Kubevigil-Token` where a proxy or users have the first. */
export type CheckToken = (headers: IncomingHttpHeaders) => boolean;

/**
 * The token of `--token-file`, else of a variable of the environment; undefined when there is neither.
 *
 * @throws {UsageError} when the file cannot be read, or the token is short
 */
export function readToken(
  file: string | undefined,
  env: NodeJS.ProcessEnv,
  variable: string,
): string | undefined {
  const place = file === undefined ? variable : `--token-file ${file}`;
  let text = env[variable];
  if (file !== undefined) {
    try {
      text = readFileSync(file, 'utf8');
    } catch (cause) {
      throw new UsageError(`${place}: ${firstLineOf(cause)}`, { cause });
    }
  }
  const token = text?.trim();
  if (token === undefined || (token === '' && file === undefined)) return undefined;
  if (token.length >= LEAST_LENGTH && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new UsageError(
    `${place}: a token is at least ${LEAST_LENGTH} printable characters without spaces, such as from: openssl rand -hex 32`,
  );
}

/** A check that takes as long whatever is wrong. */
export function tokenCheck(token: string): CheckToken {
  const wanted = digest(token);
  return (headers) => {
    const bearer = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
    const own = headers['x-kubevigil-token'];
    const given = bearer ?? (typeof own === 'string' ? own : undefined);
    return given !== undefined && timingSafeEqual(digest(given), wanted);
  };
}
