/** What the answers of Prometheus' HTTP API hold, or the error that says what to do. */
import { z } from 'zod';
import { BuilderError } from '../../common/errors.ts';
import { excerpt } from '../../common/excerpt.ts';
import type { Logger } from '../../common/log.ts';
import type { Answer } from './http.ts';

/** The server could not answer this much at once; less of it may do. */
export class TooMuchAtOnce extends BuilderError {
  constructor(message: string, options?: ErrorOptions) {
    super('query', message, options);
  }
}

const SHOWN_CHARACTERS = 200;

const envelope = z.looseObject({
  status: z.enum(['success', 'error']),
  error: z.string().optional(),
  errorType: z.string().optional(),
  warnings: z.array(z.string()).optional(),
  infos: z.array(z.string()).optional(),
  /** Of VictoriaMetrics' cluster: some of its storage did not answer. */
  isPartial: z.boolean().optional(),
});

function parseEnvelope({ body, contentType, status }: Answer, url: string) {
  const found = excerpt(body.toString('utf8', 0, SHOWN_CHARACTERS));
  const refuse = (cause?: unknown) =>
    new BuilderError(
      'response',
      `${url} answers ${status} with ${contentType.split(';')[0] || 'no content type'} instead of Prometheus' JSON (${JSON.stringify(found)}): is this Prometheus' address, with its path prefix?`,
      { cause },
    );
  if (!contentType.includes('json')) throw refuse();
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw refuse(error);
  }
  const parsed = envelope.safeParse(json);
  if (!parsed.success) throw refuse(parsed.error);
  return parsed.data as typeof parsed.data & { data?: unknown };
}

const TOO_MUCH = [413, 422];

export function refusedCredentials(url: string, status: number, options?: ErrorOptions): BuilderError {
  return new BuilderError(
    'unauthorised',
    `${url} refuses the credentials (${status}): set bearerToken, bearerTokenFile or basicAuth under prometheus in the config`,
    options,
  );
}

/** The error for an answer that the server itself does not call whole. */
export function partialAnswer(url: string, warnings: readonly string[]): BuilderError {
  return new BuilderError('partial', `${url} answers only in part: ${excerpt(warnings.join('; '))}`);
}

/** What the answer holds, or the error that says what to do about it. */
export function unwrap(answer: Answer, url: string, log: Logger): unknown {
  const { status } = answer;
  if (status === 401 || status === 403) throw refusedCredentials(url, status);
  if (status >= 300 && status < 400) {
    throw new BuilderError(
      'response',
      `${url} redirects (${status}): say --prometheus with the address it leads to`,
    );
  }
  if (status === 413) throw new TooMuchAtOnce(`${url} answers too much at once`);
  const { data, ...said } = parseEnvelope(answer, url);
  if (status === 200 && said.status === 'success') {
    if (said.isPartial === true) throw partialAnswer(url, ['the server says that its answer is partial']);
    for (const info of said.infos ?? []) log.info(`Prometheus: ${excerpt(info)}`);
    if (said.warnings === undefined || said.warnings.length === 0) return data;
    throw partialAnswer(url, said.warnings);
  }
  const refusal = `${url} refuses a query (${status}, ${said.errorType ?? 'error'}: ${excerpt(said.error ?? '')})`;
  if (TOO_MUCH.includes(status) || said.errorType === 'timeout') throw new TooMuchAtOnce(refusal);
  throw new BuilderError('query', refusal);
}
