type Labels = Readonly<Record<string, string>>;

interface Series {
  readonly name: string;
  /** As it is written, with the labels. */
  readonly key: string;
  readonly value: number;
}

/** A page of the exporter's. */
export class Page {
  readonly #series: Series[] = [];
  readonly #counters = new Set<string>();

  constructor(text: string) {
    for (const line of text.split('\n')) {
      const [, counter] = /^# TYPE (\S+) counter$/.exec(line) ?? [];
      if (counter !== undefined) this.#counters.add(counter);
      if (line === '' || line.startsWith('#')) continue;
      const end = line.lastIndexOf(' ');
      const key = line.slice(0, end);
      this.#series.push({ name: key.replace(/\{.*/s, ''), key, value: Number(line.slice(end + 1)) });
    }
  }

  /** The series of `kubevigil_<name>` that have all these labels; an empty one is not written, and so it must not be there. */
  series(name: string, labels: Labels = {}): readonly Series[] {
    const matches = (key: string) =>
      Object.entries(labels).every(([label, value]) =>
        value === '' ? !key.includes(`${label}="`) : key.includes(`${label}="${value}"`),
      );
    return this.#series.filter((one) => one.name === `kubevigil_${name}` && matches(one.key));
  }

  /** The sum of these series; undefined when there is none. */
  sum(name: string, labels: Labels = {}): number | undefined {
    const found = this.series(name, labels);
    return found.length === 0 ? undefined : found.reduce((total, { value }) => total + value, 0);
  }

  /** Counters that are lower than on a page before of the same agent. */
  fallenSince(before: Page): string[] {
    const values = new Map(before.#series.map(({ key, value }) => [key, value]));
    return this.#series
      .filter(({ name, key, value }) => this.#counters.has(name) && value < (values.get(key) ?? value) - 1e-9)
      .map(({ key, value }) => `${key} fell from ${values.get(key)} to ${value}`);
  }
}
