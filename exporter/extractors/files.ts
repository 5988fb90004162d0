import { filesMetrics } from '../catalogue/files.ts';
import { type Extractor, sample } from '../extractor.ts';
import { FileWatcher } from '../files/file-watcher.ts';
import { Folders } from '../files/folders.ts';
import { Looker } from '../files/looker.ts';
import type { Host } from '../host.ts';
import { readMountinfo } from '../mounts.ts';
import type { RuleBook } from '../rules/rule-book.ts';
import { ifPresent } from '../sources.ts';

interface State {
  readonly looker: Looker;
  readonly watcher: FileWatcher;
  readonly rules: RuleBook;
}

/** Without the table of mounts every path is looked at as if it might hang. */
function noteMounts(host: Host, looker: Looker): void {
  const mountinfo = ifPresent(() => readMountinfo(host));
  if (mountinfo !== undefined) looker.noteMounts(mountinfo.text, mountinfo.path);
}

/**
 * Changes of the host's files that file rules name: accounts, keys, scheduled jobs, static pods, canaries.
 *
 * Source: lstat(2) of each path at each scrape, and a hash of its content when that says that it changed. What is
 * changed and changed back between two scrapes is not seen. Paths lie below `--path.rootfs`; a folder on the way that
 * is an absolute link would lead to the agent's own files, so rules name what it points to.
 */
export const files: Extractor<State> = {
  name: 'files',
  metrics: filesMetrics,
  async open({ paths, guard, rules }) {
    const prefix = paths.rootfs.replace(/\/+$/, '');
    const looker = new Looker(guard);
    const watcher = new FileWatcher({ prefix, looker, folders: new Folders(looker) });
    // What changes between now and the first scrape is to be seen by it.
    await watcher.look(rules.current);
    return { looker, watcher, rules };
  },
  async extract(host, { looker, watcher, rules: { current } }) {
    noteMounts(host, looker);
    const errors = await watcher.look(current);
    const samples = current.on('file').flatMap((rule) => {
      const count = watcher.count(rule);
      return count === undefined ? [] : [sample(filesMetrics.changes, count, { rule: rule.name })];
    });
    return { samples, errors };
  },
};
