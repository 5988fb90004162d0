import type { RuleEvent, RuleKind } from '../catalogue/events/fields.ts';
import type { RecordFields } from '../catalogue/events/record.ts';
import { evidenceMetrics } from '../catalogue/evidence.ts';
import { type Sample, sample } from '../catalogue/model/sample.ts';
import type { ContainerOwner } from '../owners/owners.ts';
import type { RuleOn } from '../rules/model.ts';
import { type Admitted, Buckets } from './buckets.ts';
import { type Exemplar, Exemplars } from './exemplars.ts';
import { recordLine, type Writing } from './record.ts';
import { WallTime } from './wall-time.ts';

/** What can be asked about an event only now, while its process lives; asked of those alone that are written at once. */
interface Asked<K extends RuleKind> {
  readonly event?: Partial<RuleEvent<K>>;
  readonly more?: RecordFields<K>;
}

/** A rule's match, as whoever found it knows it. */
interface Found<K extends RuleKind = RuleKind> {
  readonly rule: RuleOn<K>;
  readonly owner: ContainerOwner;
  readonly event: RuleEvent<K>;
  readonly more: RecordFields<K>;
  /** When it happened, as RFC 3339 with nine digits. */
  readonly time: () => string;
  /** Asks for more, and hands it on at once or later, exactly once. */
  readonly ask?: (take: (asked: Asked<K>) => void) => void;
}

/** Takes what was found. */
type NoteMatch = <K extends RuleKind>(found: Found<K>) => void;

/** How records are written. */
export interface Style extends Writing {
  /** The image of a container, where it is known. */
  readonly imageOf: (owner: ContainerOwner) => string | undefined;
}

/** Receives each record: its number since the start of the agent, and its line without newline. */
type TakeLine = (number: number, line: string) => void;

const FLUSH_MS = 1_000;

/** Makes a record of each match of a rule, as many as the bounds let through, and counts those that they do not. */
export class EventBook {
  /** In Unix milliseconds: the first half of every id. */
  readonly startedMs: number;
  readonly wallTime = new WallTime();
  readonly #style: Style;
  readonly #takeLine: TakeLine;
  readonly #buckets: Buckets<Found>;
  readonly #written = new Map<string, number>();
  readonly #suppressed = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  readonly #exemplars = new Exemplars();
  #number = 0;

  constructor(style: Style, takeLine: TakeLine, startedMs = Date.now()) {
    this.startedMs = startedMs;
    this.#style = style;
    this.#takeLine = takeLine;
    this.#buckets = new Buckets((rule) => increment(this.#suppressed, rule));
    this.#timer = setInterval(() => this.#flush(this.#buckets.due(performance.now())), FLUSH_MS).unref();
  }

  /** Takes a match. */
  readonly note: NoteMatch = (found) => {
    const { rule, owner } = found;
    const suppressed = this.#buckets.take(
      rule.name,
      `${owner.namespace}\0${owner.pod}${owner.pod === '' ? owner.container : ''}`,
      found as unknown as Found,
      performance.now(),
    );
    if (suppressed === undefined) return;
    if (found.ask === undefined) this.#write(found, {}, suppressed);
    else found.ask((asked) => this.#write(found, asked, suppressed));
  };

  /** The newest match that a series of the rules' counters counts, by its labels. */
  exemplarOf(labels: Readonly<Record<string, string>>): Exemplar | undefined {
    return this.#exemplars.of(labels, this.#style.redact);
  }

  /** How many records were written, and how many matches were held back, of each rule in use. */
  samples(rules: readonly { readonly name: string }[]): Sample[] {
    return rules.flatMap(({ name: rule }) => [
      sample(evidenceMetrics.written, this.#written.get(rule) ?? 0, { rule }),
      sample(evidenceMetrics.suppressed, this.#suppressed.get(rule) ?? 0, { rule }),
    ]);
  }

  /** Writes what waits. */
  close(): void {
    clearInterval(this.#timer);
    this.#flush(this.#buckets.rest());
  }

  #flush(due: readonly Admitted<Found>[]): void {
    for (const { item, suppressed } of due) this.#write(item, {}, suppressed);
  }

  #write<K extends RuleKind>(found: Found<K>, asked: Asked<K>, suppressed: number): void {
    const { rule, owner, event, more, time } = found;
    const number = ++this.#number;
    increment(this.#written, rule.name);
    const match = {
      rule,
      owner,
      image: this.#style.imageOf(owner),
      time: time(),
      event: asked.event === undefined ? event : { ...event, ...asked.event },
      more: asked.more === undefined ? more : { ...more, ...asked.more },
    };
    // Of those that are held back the newest is written a moment later.
    this.#exemplars.note(rule, owner, match.event, match.more, match.time);
    const id = `${this.startedMs}-${number}`;
    this.#takeLine(number, recordLine<K>(match, { id, suppressed }, this.#style));
  }
}

function increment(counts: Map<string, number>, rule: string): void {
  counts.set(rule, (counts.get(rule) ?? 0) + 1);
}
