import type { EventBook } from '../evidence/event-book.ts';
import type { ExecEvent } from '../trace/events/events.ts';
import { textOf } from './bytes.ts';
import type { OnExec } from './exec-counter.ts';

/**
 * Has a record made of each rule that an exec matches. What has to be asked for is asked for those alone that are written at once.
 */
export function noteExec(evidence: EventBook, { pid, path, timeNs, maker }: ExecEvent): OnExec {
  return (rule, owner, event) => {
    const given = path === undefined ? undefined : textOf(path);
    evidence.note<'exec'>({
      rule,
      owner,
      event,
      more: { pid, parent_pid: maker, given_path: given === event.path ? undefined : given },
      time: evidence.wallTime.moment(timeNs),
      ask(take) {
        void event.complete().then(() => take({}));
      },
    });
  };
}
