import { BuilderError } from '../../common/errors.ts';
import { excerpt } from '../../common/excerpt.ts';
import type { Logger } from '../../common/log.ts';
import type { RawSeries } from '../samples/series.ts';
import { partialAnswer, unwrap } from './api-answer.ts';
import { BrokenAnswer, collect, type StreamedAnswer } from './http.ts';
import type { Tally } from './tally.ts';
import { MatrixScanError } from './wire/json/errors.ts';
import { scanMatrix } from './wire/json/scan-matrix.ts';

function explained(error: unknown, url: string): unknown {
  if (!(error instanceof MatrixScanError)) return error;
  const { code, message } = error;
  if (code === 'incomplete') return new BrokenAnswer(`${url}: ${message}`, { cause: error });
  if (code === 'unsupported') {
    return new BuilderError('data', `${message}, of which no column can be made`, { cause: error });
  }
  return new BuilderError(code === 'refused' ? 'query' : 'response', `${url}: ${message}`, { cause: error });
}

/**
 * The series of an answer to a range selector, scanned while it comes; stale markers are not among them.
 *
 * @throws {BrokenAnswer} when it is not all of the answer
 * @throws {BuilderError} when the server refuses, warns that it does not tell everything, tells too much, or is none
 */
export async function readMatrix(
  answer: StreamedAnswer,
  { url, log, tally }: { url: string; log: Logger; tally: Tally },
): Promise<RawSeries[]> {
  if (answer.status !== 200 || !answer.contentType.includes('json')) {
    unwrap(await collect(answer, url), url, log);
    throw new BuilderError('response', `${url} answers a query with status ${answer.status}`);
  }
  const found: RawSeries[] = [];
  let warnings: readonly string[] = [];
  try {
    const series = scanMatrix(
      answer.body,
      (said) => {
        warnings = said.warnings;
        for (const info of said.infos) log.info(`Prometheus: ${excerpt(info)}`);
      },
      tally,
    );
    for await (const one of series) found.push(one);
  } catch (error) {
    throw explained(error, url);
  }
  if (warnings.length > 0) throw partialAnswer(url, warnings);
  return found;
}
