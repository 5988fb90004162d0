import { METRICS } from '../../../exporter/catalogue/index.ts';
import { type Counted, countersOf } from './account.ts';

/** The metrics of rules' matches: execs, connections, files, lines. */
const MATCHES: ReadonlySet<string> = new Set(
  METRICS.filter(({ number }) => [16, 19, 22, 23].includes(number ?? 0)).map(({ name }) => name),
);
/** What the agent itself says it did not see, or not wholly. */
const OWN_COUNTERS =
  /^kubevigil_\w*(_lost|_unattributed|_unresolved|_skipped_bytes|_dropped|exec_events|_observed|_suppressed)_total/;

const isOwn = (line: string) =>
  OWN_COUNTERS.test(line) && !(line.startsWith('kubevigil_series') && line.endsWith(' 0'));

/** The last value of each of the siege's counters, on whatever page that was. */
export class Counters {
  readonly #last = new Map<string, Counted>();
  readonly fell: string[] = [];
  #lastPage = '';

  take(page: string): void {
    this.#lastPage = page;
    for (const one of countersOf(page, MATCHES)) {
      const key = `${one.rule} ${one.owner}`;
      const before = this.#last.get(key);
      if (before !== undefined && before.value > one.value)
        this.fell.push(`${key} fell from ${before.value} to ${one.value}`);
      if (before === undefined || one.value >= before.value) this.#last.set(key, one);
    }
  }

  get all(): Counted[] {
    return [...this.#last.values()];
  }

  /** What the agent says of itself. */
  get own(): string[] {
    return this.#lastPage.split('\n').filter(isOwn);
  }

  /** Extractors that had no success on the last page. */
  get failing(): string[] {
    return [...this.#lastPage.matchAll(/^kubevigil_extractor_success\{extractor="(.+)"\} 0$/gm)].map(
      ([, name = '']) => name,
    );
  }
}
