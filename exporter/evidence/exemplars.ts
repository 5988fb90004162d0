import type { RuleKind } from '../catalogue/events/fields.ts';

/** What OpenMetrics shows beside a counter's value: one of the events that it counts. */
export interface Exemplar {
  readonly labels: Readonly<Record<string, string>>;
  /** Unix seconds. */
  readonly seconds: number;
}

/** A match, as its exemplar is made of it. */
interface Seen {
  readonly time: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** OpenMetrics 1.0: names and values of an exemplar's labels together, in characters. */
const MOST_CHARACTERS = 128;
/** A rule's matches in a container: more than there are series. */
const MOST_SEEN = 5_000;
/** Which fields of a kind an exemplar shows, those that are cut last first. */
const SHOWN: Readonly<Record<RuleKind, readonly string[]>> = {
  exec: ['pid', 'path'],
  connection: ['pid', 'port', 'address'],
  pod: [],
  file: ['change', 'path'],
  log: ['path'],
};

const keyOf = (rule: string, namespace = '', pod = '', container = '') =>
  [rule, namespace, pod, container].join('\0');

const lengthOf = (text: string) => [...text].length;

/** The end of a path tells more than its beginning. */
function endOf(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `…${characters.slice(1 - most).join('')}`;
}

/** The newest match of each rule in each owner's share. Bounded: the one that is longest unchanged is forgotten. */
export class Exemplars {
  readonly #seen = new Map<string, Seen>();

  /** @param fields of the kind's own part of a record, as far as they are known */
  note(
    { name, on }: { readonly name: string; readonly on: RuleKind },
    { namespace, pod, container }: Readonly<Record<'namespace' | 'pod' | 'container', string>>,
    fields: Readonly<Record<string, unknown>>,
    time: string,
  ): void {
    // Connections are counted by pod.
    const key = keyOf(name, namespace, pod, on === 'connection' ? '' : container);
    const shown = SHOWN[on].filter((field) => fields[field] !== undefined);
    const labels = Object.fromEntries(
      shown.map((field) => [field, endOf(String(fields[field]), MOST_CHARACTERS)]),
    );
    this.#seen.delete(key);
    this.#seen.set(key, { time, labels });
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MOST_SEEN && oldest !== undefined) this.#seen.delete(oldest);
  }

  /**
   * The exemplar of a series, by its labels; undefined where nothing has matched.
   *
   * @param redact takes secrets out of a text
   */
  of(series: Readonly<Record<string, string>>, redact: (text: string) => string): Exemplar | undefined {
    const { rule, namespace, pod, container } = series;
    const seen = rule === undefined ? undefined : this.#seen.get(keyOf(rule, namespace, pod, container));
    if (seen === undefined) return undefined;
    let left = MOST_CHARACTERS;
    const labels: Record<string, string> = {};
    for (const [name, text] of Object.entries(seen.labels)) {
      const value = endOf(redact(text), Math.max(1, left - lengthOf(name)));
      left -= lengthOf(name) + lengthOf(value);
      labels[name] = value;
    }
    return { labels, seconds: Date.parse(seen.time) / 1e3 };
  }
}
