import type { V1Pod } from '@kubernetes/client-node';
import type { Logger } from '../../common/log.ts';
import { SourceError } from '../base/errors.ts';
import type { RuleEvent } from '../catalogue/events/fields.ts';
import type { LogCategory } from '../catalogue/logs.ts';
import { type MatchCount, MatchCounts } from '../counters/match-counts.ts';
import { rfc3339, rfc3339Of } from '../evidence/wall-time.ts';
import type { HostFiles } from '../files/host-files.ts';
import { type ContainerOwner, HOST, OTHER_CONTAINER } from '../owners/owners.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import { Budget } from './budget.ts';
import { ContainerLines } from './container-lines.ts';
import { Journal } from './journal/journal.ts';
import { LineCounts } from './line-counts.ts';
import { LineEvent } from './line-event.ts';
import { LineSplitter, MAX_CONTAINER_LINE_BYTES, MAX_LINE_BYTES } from './line-splitter.ts';
import { type LogRule, type LogTarget, logTargets } from './log-targets.ts';
import { Moment } from './moment.ts';
import { MAX_TIMES, type RepeatedLine, Repetitions } from './repetitions.ts';
import { Tail } from './tail.ts';

/** As long as counts are kept: a rule's zero stays as long after its log is gone. */
const RETAINED_MS = 6 * 60_000;

/**
 * What matching may take at a poll, which comes every 15 s or more often. A log that needs more than its share is behind, and once it is too far behind, what is
 * skipped is counted.
 */
const POLL_BUDGET_MS = 2_000;
const MIN_BUDGET_MS = 20;

/** A file that is being read. */
interface Source {
  readonly tail: Tail;
  readonly lines: ContainerLines | undefined;
  readonly repetitions: Repetitions;
  target: LogTarget;
}

const skippedOf = ({ tail, lines }: Source) => tail.skippedBytes + (lines?.cutBytes ?? 0);

/** Lines that matched a rule in an owner's share. */
export interface LogCount extends MatchCount<ContainerOwner> {
  readonly category: LogCategory;
}

/** Under which a rule's lines are counted: under another category it begins anew at 0, as a series of its own. */
const countedAs = ({ name, category }: LogRule) => `${name} ${category}`;

const MAX_TOLD = 1_000;

type Warn = Logger['warn'];

/** What was written with a line. */
interface Written {
  readonly stream: string | undefined;
  /** RFC 3339 with nine digits; undefined where it cannot be told. */
  readonly time: () => string | undefined;
}

/** A line that a rule counts. */
interface LineMatch {
  readonly rule: LogRule;
  readonly owner: ContainerOwner;
  readonly event: RuleEvent<'log'>;
  /** For how many it stands. */
  readonly events: number;
  readonly time: Written['time'];
}

type OnLine = (match: LineMatch) => void;

const JOURNAL = { owner: HOST, path: 'journal' };

const keyOf = (rule: string, { namespace, pod, container }: ContainerOwner) =>
  [rule, namespace, pod, container].join('\0');

/** Counts the lines that log rules match, in the files and containers that they name. */
export class LogReader {
  readonly #files: HostFiles;
  readonly #journal: Journal;
  readonly #counts = new MatchCounts<ContainerOwner>([], OTHER_CONTAINER);
  readonly #lineCounts = new LineCounts();
  readonly #warn: Warn;
  readonly #onMatch: OnLine;
  /** Logs of which it was said that a line stands for too many. */
  readonly #exaggerating = new Set<string>();
  readonly #sources = new Map<string, Source>();
  /** When a rule last had something to read in an owner's share. */
  readonly #readableAtMs = new Map<string, number>();
  #rules: RuleSet;
  #since = new Moment();
  #skippedBytes = 0;

  /**
   * @param warn is told, once for each log, of a line that stands for more than is counted
   * @param onMatch is told of each line that counts
   */
  constructor(files: HostFiles, rules: RuleSet, warn: Warn = () => {}, onMatch: OnLine = () => {}) {
    this.#warn = warn;
    this.#onMatch = onMatch;
    this.#files = files;
    this.#rules = rules;
    this.#journal = new Journal(files, (line, identifier, realtimeMs) =>
      this.#takeFromJournal(line, identifier, realtimeMs),
    );
  }

  /** Bytes that no rule saw: they came faster than they could be read, or were the ends of lines that were too long. */
  get skippedBytes(): number {
    return [...this.#sources.values()].reduce((sum, source) => sum + skippedOf(source), this.#skippedBytes);
  }

  /**
   * Reads what was written since the last time.
   *
   * @param pods this node's pods, as far as they are known
   * @returns what could not be read
   */
  async poll(rules: RuleSet, pods: readonly V1Pod[]): Promise<SourceError[]> {
    const errors: SourceError[] = [];
    if (rules !== this.#rules) this.#since = new Moment();
    this.#rules = rules;
    const targets = await logTargets(rules, pods, this.#files, errors);
    for (const [path, target] of targets) this.#adopt(path, target);
    for (const [path, source] of this.#sources) {
      await collect(errors, () =>
        source.tail.poll((line) => this.#takeFromFile(source, line), this.#budget()),
      );
      // Read once more above: a container's last lines are written before its pod is gone.
      if (!targets.has(path)) await this.#drop(path, source, errors);
    }
    errors.push(...(await this.#journal.poll(this.#journalIdentifiers())));
    this.#noteReadable();
    return errors;
  }

  /** Matches by rule and owner; none where a rule has had nothing to read, so that 0 means that none was seen. */
  series(nowMs = performance.now()): LogCount[] {
    const rules = new Map(this.#rules.on('log').map((rule) => [countedAs(rule), rule]));
    const owners = [HOST, ...[...this.#sources.values()].map(({ target }) => target.owner)];
    return this.#counts.series([...rules.keys()], owners, nowMs).flatMap(({ rule: key, owner, count }) => {
      const rule = rules.get(key);
      const isRead = rule !== undefined && (count > 0 || this.#readableAtMs.has(keyOf(rule.name, owner)));
      return isRead ? [{ rule: rule.name, category: rule.category, owner, count }] : [];
    });
  }

  async close(): Promise<void> {
    await this.#journal.close();
    for (const { tail } of this.#sources.values()) await tail.close();
    this.#sources.clear();
  }

  #adopt(path: string, target: LogTarget): void {
    const source = this.#sources.get(path);
    if (source !== undefined) {
      source.target = target;
      return;
    }
    const splitter = new LineSplitter(target.ofContainer ? MAX_CONTAINER_LINE_BYTES : MAX_LINE_BYTES);
    const tail = new Tail(path, this.#files, this.#since.earliestMs(), splitter);
    const lines = target.ofContainer ? new ContainerLines() : undefined;
    this.#sources.set(path, { tail, lines, repetitions: new Repetitions(), target });
  }

  /** A share for each log, so that none takes the time of others. */
  #budget(): Budget {
    return new Budget(Math.max(MIN_BUDGET_MS, POLL_BUDGET_MS / this.#sources.size));
  }

  async #drop(path: string, source: Source, errors: SourceError[]): Promise<void> {
    this.#sources.delete(path);
    this.#skippedBytes += skippedOf(source) + source.tail.unreadBytes;
    await collect(errors, () => source.tail.close());
  }

  /** What rules ask of the journal because none of their files is there. */
  #journalIdentifiers(): string[] {
    return this.#rules
      .on('log')
      .filter((rule) => !this.#hasFile(rule))
      .flatMap(({ source }) => source.journal);
  }

  #hasFile({ source }: LogRule): boolean {
    return source.files.some((path) => this.#sources.get(path)?.tail.isOpen ?? false);
  }

  #noteReadable(nowMs = performance.now()): void {
    for (const { tail, target } of this.#sources.values()) {
      if (!tail.isOpen) continue;
      for (const { name } of target.rules) this.#readableAtMs.set(keyOf(name, target.owner), nowMs);
    }
    for (const rule of this.#journal.isOpen ? this.#rules.on('log') : []) {
      if (rule.source.journal.length > 0) this.#readableAtMs.set(keyOf(rule.name, HOST), nowMs);
    }
    for (const [key, atMs] of this.#readableAtMs) {
      if (nowMs - atMs > RETAINED_MS) this.#readableAtMs.delete(key);
    }
  }

  #takeFromFile({ lines, repetitions, target }: Source, text: string): void {
    const line = lines === undefined ? { text, stream: undefined, time: text } : lines.push(text);
    const repeated = line && repetitions.expand(line.text);
    if (line === undefined || repeated === undefined) return;
    const { stream, time } = line;
    this.#match(target.rules, target, repeated, { stream, time: () => rfc3339Of(time) });
  }

  #takeFromJournal(text: string, identifier: string, realtimeMs: number): void {
    const rules = this.#rules
      .on('log')
      .filter((rule) => rule.source.journal.includes(identifier) && !this.#hasFile(rule));
    const time = () => rfc3339(Math.floor(realtimeMs), Math.round((realtimeMs % 1) * 1e3) * 1e3);
    this.#match(rules, JOURNAL, { text, times: 1 }, { stream: undefined, time });
  }

  #match(
    rules: readonly LogRule[],
    { owner, path }: Pick<LogTarget, 'owner' | 'path'>,
    { text: line, times }: RepeatedLine,
    { stream, time }: Written,
  ): void {
    const event = new LineEvent(line, path, stream, owner);
    for (const rule of rules) {
      if (!this.#rules.holds(rule, event)) continue;
      const { events, said } = this.#lineCounts.of(rule, path, line, times);
      this.#counts.add([countedAs(rule)], owner, undefined, events);
      if (said !== undefined) this.#tellOfExaggeration(path, said);
      if (events > 0) this.#onMatch({ rule, owner, event, events, time });
    }
  }

  #tellOfExaggeration(path: string, said: number): void {
    if (this.#exaggerating.has(path)) return;
    if (this.#exaggerating.size >= MAX_TOLD) this.#exaggerating.clear();
    this.#exaggerating.add(path);
    this.#warn('A log line stands for more than is counted of one', { path, said, counted: MAX_TIMES });
  }
}

async function collect(errors: SourceError[], action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    errors.push(error);
  }
}
