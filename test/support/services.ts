import { createLogger } from '../../common/log.ts';
import { ProcessEvents } from '../../exporter/events/process-events.ts';
import { EventBook, type Style } from '../../exporter/evidence/event-book.ts';
import { openHostFiles } from '../../exporter/files/host-files.ts';
import { HangGuard } from '../../exporter/kernel/hang-guard.ts';
import { Unseen } from '../../exporter/kernel/unseen.ts';
import { NO_NAMES } from '../../exporter/owners/names.ts';
import { RuleBook } from '../../exporter/rules/rule-book.ts';
import type { Services } from '../../exporter/scrape/services.ts';
import { memoryHost } from './memory-host.ts';
import { MemorySource } from './memory-source.ts';
import { recordedWatch } from './recorded-pods.ts';

const PATHS = { procfs: '/proc', sysfs: '/sys', rootfs: '/' };

/** Records as they are, nothing taken out. */
export const PLAIN: Style = {
  node: 'node-1',
  redact: (text) => text,
  redactArguments: (args) => args,
  withArguments: true,
  imageOf: () => undefined,
};

/** What an extractor is given when it opens: this host, the default rules, no pods, no log. */
export async function services(own: Partial<Services> = {}): Promise<Services> {
  const { paths = PATHS, guard = new HangGuard() } = own;
  return {
    paths,
    openView: () => memoryHost({}),
    guard,
    unseen: new Unseen(),
    hostFiles: openHostFiles(paths.rootfs, guard),
    podWatch: recordedWatch(),
    rules: own.rules ?? (await RuleBook.open(undefined, () => {})),
    logger: createLogger({ level: 'error', format: 'logfmt' }, () => {}),
    events: () => new ProcessEvents(new MemorySource().open, NO_NAMES),
    pods: () => [],
    evidence: own.evidence ?? new EventBook(PLAIN, () => {}),
    ...own,
  };
}
