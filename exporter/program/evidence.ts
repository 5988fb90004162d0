import type { V1Pod } from '@kubernetes/client-node';
import type { Logger } from '../../common/log.ts';
import { evidenceMetrics } from '../catalogue/evidence.ts';
import { type Sample, sample } from '../catalogue/model/sample.ts';
import { EventBook } from '../evidence/event-book.ts';
import { EventLog } from '../evidence/event-log.ts';
import { Output } from '../evidence/output.ts';
import { redactArguments } from '../evidence/redaction/arguments.ts';
import { remembering, rememberingList } from '../evidence/redaction/clean-texts.ts';
import { redact } from '../evidence/redaction/redact.ts';
import { FileSink, openStdout } from '../evidence/sinks.ts';
import { imageOf } from '../kubernetes/image-of.ts';
import type { RuleBook } from '../rules/rule-book.ts';
import { EventsPage } from '../web/events-page.ts';
import type { EventOptions } from './options.ts';

const STDOUT = 'stdout';

/** Records of matches, with all their ways out. */
export interface Evidence {
  readonly book: EventBook;
  readonly page: EventsPage;
  /** What it has to tell of itself. */
  samples(rules: RuleBook): Sample[];
  /** Ends answers, so that whoever listens can stop. */
  endAnswers(): void;
  /** Writes what waits; after the last match. */
  close(): Promise<void>;
}

/**
 * Opens the ways out of records.
 *
 * @param pods this node's, as far as they are known
 * @throws {UsageError} when the output cannot be written to
 */
export function openEvidence(
  { output: where, redact: isRedacted, args }: EventOptions,
  node: string,
  pods: () => readonly V1Pod[],
  logger: Logger,
): Evidence {
  const sink = where === undefined ? undefined : where === STDOUT ? openStdout() : new FileSink(where);
  const output = sink && new Output(sink, logger);
  const reopen = () => output?.renew();
  // As other daemons do for logrotate; without an output the signal ends the process, as it always did.
  if (output !== undefined) process.on('SIGHUP', reopen);
  const startedMs = Date.now();
  const log = new EventLog(startedMs);
  const style = {
    node,
    redact: isRedacted ? remembering(redact) : (text: string) => text,
    redactArguments: isRedacted ? rememberingList(redactArguments) : (texts: readonly string[]) => texts,
    withArguments: args !== 'none',
    imageOf: (owner: Parameters<typeof imageOf>[1]) => imageOf(pods(), owner),
  };
  const takeLine = (number: number, line: string) => {
    log.push(number, line);
    output?.push(line);
  };
  const book = new EventBook(style, takeLine, startedMs);
  const page = new EventsPage(log);
  return {
    book,
    page,
    samples: (rules) => [
      ...book.samples(rules.current.rules),
      sample(evidenceMetrics.dropped, output?.dropped ?? 0),
      ...page.samples(),
    ],
    endAnswers: () => page.close(),
    async close() {
      process.off('SIGHUP', reopen);
      book.close();
      await output?.close();
    },
  };
}
