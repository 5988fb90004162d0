import type { Logger } from '../common/log.ts';
import type { HangGuard } from './hang-guard.ts';
import type { HostPaths } from './host.ts';
import type { RuleBook } from './rules/rule-book.ts';

/** What extractors that live longer than one scrape are given when they open. */
export interface Services {
  readonly paths: HostPaths;
  readonly guard: HangGuard;
  readonly rules: RuleBook;
  readonly logger: Logger;
}
