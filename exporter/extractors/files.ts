import { filesMetrics } from '../catalogue/files.ts';
import { sample } from '../catalogue/model/sample.ts';
import type { EventBook } from '../evidence/event-book.ts';
import { rfc3339OfNs } from '../evidence/wall-time.ts';
import { FileWatcher } from '../files/file-watcher.ts';
import { type HostFiles, noteMounts } from '../files/host-files.ts';
import type { Unseen } from '../kernel/unseen.ts';
import { HOST } from '../owners/owners.ts';
import type { RuleBook } from '../rules/rule-book.ts';
import type { Extractor } from '../scrape/extractor.ts';

interface State {
  readonly hostFiles: HostFiles;
  readonly watcher: FileWatcher;
  readonly rules: RuleBook;
  readonly unseen: Unseen;
  readonly evidence: EventBook;
}

/** Looks, and has a record made of each match. */
function look({ watcher, rules, evidence }: Pick<State, 'watcher' | 'rules' | 'evidence'>) {
  return watcher.look(rules.current, (rule, { atNs }, event) => {
    const found = evidence.wallTime.moment();
    const time = () => (atNs === undefined ? found() : rfc3339OfNs(atNs));
    evidence.note<'file'>({ rule, owner: HOST, event, more: {}, time });
  });
}

/**
 * Changes of the host's files that file rules name: accounts, keys, scheduled jobs, static pods, canaries.
 *
 * Source: lstat(2) of each path at each scrape, and a hash of its content when that says that it changed; of a link also
 * what it leads to. A part of the small files is hashed all the same, in turn. What is changed and changed back between two scrapes is not seen. Paths lie below `--path.rootfs`, and
 * so do those that links lead to.
 */
export const files: Extractor<State> = {
  name: 'files',
  metrics: filesMetrics,
  findsMatches: true,
  async open({ hostFiles, rules, unseen, evidence }) {
    const watcher = new FileWatcher(hostFiles);
    // What changes between now and the first scrape is to be seen by it.
    unseen.noteErrors('file_unread', await look({ watcher, rules, evidence }));
    return { hostFiles, watcher, rules, unseen, evidence };
  },
  async extract(host, state) {
    const {
      hostFiles,
      watcher,
      rules: { current },
      unseen,
    } = state;
    const unread = await look(state);
    unseen.noteErrors('file_unread', unread);
    const errors = [...noteMounts(host, hostFiles), ...unread];
    const samples = current.on('file').flatMap((rule) => {
      const count = watcher.count(rule);
      return count === undefined ? [] : [sample(filesMetrics.changes, count, { rule: rule.name })];
    });
    return { samples, errors };
  },
};
