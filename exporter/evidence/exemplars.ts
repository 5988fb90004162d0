import type { RuleKind } from '../catalogue/events/fields.ts';

type Fields = Readonly<Record<string, unknown>>;

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
  if (text.length <= most) return text;
  const characters = [...text];
  return characters.length <= most ? text : `…${characters.slice(1 - most).join('')}`;
}

/** The newest match of each rule in each owner's share. Bounded: the one that is longest unchanged is forgotten. */
export class Exemplars {
  readonly #seen = new Map<string, Seen>();

  /** Takes note of a match, with the fields of its event and those that only records have. */
  note(
    { name, on }: { readonly name: string; readonly on: RuleKind },
    { namespace, pod, container }: Readonly<Record<'namespace' | 'pod' | 'container', string>>,
    event: Fields,
    more: Fields,
    time: string,
  ): void {
    // Connections are counted by pod.
    const key = keyOf(name, namespace, pod, on === 'connection' ? '' : container);
    const labels: Record<string, string> = {};
    for (const field of SHOWN[on]) {
      const value = event[field] ?? more[field];
      if (value !== undefined) labels[field] = endOf(String(value), MOST_CHARACTERS);
    }
    this.#seen.delete(key);
    this.#seen.set(key, { time, labels });
    if (this.#seen.size <= MOST_SEEN) return;
    const [oldest] = this.#seen.keys();
    if (oldest !== undefined) this.#seen.delete(oldest);
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
