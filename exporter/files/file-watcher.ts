import type { SourceError } from '../base/errors.ts';
import type { RuleEvent } from '../catalogue/events/fields.ts';
import type { RuleOn } from '../rules/model.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import type { HostFiles } from './host-files.ts';
import { type FileChange, WatchedPattern } from './watched-pattern.ts';

function eventOf({ path, change, after }: FileChange): RuleEvent<'file'> {
  if (after === undefined) return { path, change };
  const { mode, uid, gid, size } = after;
  return { path, change, mode: BigInt(mode), uid: BigInt(uid), gid: BigInt(gid), size: BigInt(size) };
}

/** Told of a match. */
type OnChange = (rule: RuleOn<'file'>, change: FileChange, event: RuleEvent<'file'>) => void;

/** Counts the changes of the files that rules name. */
export class FileWatcher {
  readonly #files: HostFiles;
  #counts = new Map<string, number>();
  #patterns = new Map<string, WatchedPattern>();

  constructor(files: HostFiles) {
    this.#files = files;
  }

  /** Matches of a rule since it was first looked for; undefined while none of its paths can be seen. */
  count({ name, paths }: RuleOn<'file'>): number | undefined {
    const blind = paths.every((text) => this.#patterns.get(text)?.blind ?? true);
    return blind ? undefined : (this.#counts.get(name) ?? 0);
  }

  /**
   * Looks at all paths of the set's file rules and counts what changed since the last time. A path that is new to
   * the rules only becomes known.
   *
   * @param onMatch is told of each rule and change that match
   * @returns what could not be read
   */
  async look(rules: RuleSet, onMatch?: OnChange): Promise<SourceError[]> {
    const errors: SourceError[] = [];
    this.#files.looker.rereads.begin();
    const wanted = new Set(rules.on('file').flatMap(({ paths }) => paths));
    this.#patterns = new Map(
      [...wanted].map((text) => [text, this.#patterns.get(text) ?? new WatchedPattern(text, this.#files)]),
    );
    const changes = new Map<string, readonly FileChange[]>();
    const paths = this.#files.paths.forOneLook();
    for (const [text, pattern] of this.#patterns) changes.set(text, await pattern.look(errors, paths));
    const before = this.#counts;
    this.#counts = new Map();
    for (const rule of rules.on('file')) {
      // A path that two of its patterns stand for changed once.
      const own = new Map(
        rule.paths.flatMap((text) => changes.get(text) ?? []).map((change) => [change.path, change]),
      );
      const matches = [...own.values()].filter((change) => rules.holds(rule, eventOf(change)));
      // Without a series nothing is kept: an old total that came back would count as new.
      const kept = this.count(rule) === undefined ? 0 : (before.get(rule.name) ?? 0);
      this.#counts.set(rule.name, kept + matches.length);
      for (const change of matches) onMatch?.(rule, change, eventOf(change));
    }
    return errors;
  }
}
