import type { EventBook } from '../evidence/event-book.ts';
import type { ExecEvent } from '../trace/events/events.ts';
import type { ArgumentReader } from './argument-reader.ts';
import { textOf } from './bytes.ts';
import type { OnExec } from './exec-counter.ts';
import { processFacts } from './process-facts.ts';

/** What records of execs are made with. */
interface Tools {
  readonly evidence: EventBook;
  readonly procfs: string;
  readonly reader: ArgumentReader;
}

/**
 * Has a record made of each rule that an exec matches. What only `/proc` holds is asked for those alone that are written at once: of the newest that was
 * held back the process is long gone, or its number another's.
 *
 * @param best the path that was told, one character per byte
 * @param areRead whether somebody has read the arguments, or tried to
 */
export function noteExec(
  { evidence, procfs, reader }: Tools,
  { pid, path, timeNs }: ExecEvent,
  best: string,
  areRead: boolean,
): OnExec {
  return (rule, owner, event) => {
    const given = path === undefined ? undefined : textOf(path);
    evidence.note<'exec'>({
      rule,
      owner,
      event,
      more: { pid, given_path: given === event.path ? undefined : given },
      time: evidence.wallTime.moment(timeNs),
      ask(take) {
        const more = processFacts(procfs, pid, best);
        if (areRead) take({ more });
        else
          reader.read(pid, best, (args) =>
            take({ more, ...(args && { event: { args: args.map(textOf) } }) }),
          );
      },
    });
  };
}
