type Labels = Readonly<Record<string, string>>;

/** A series, and those whose labels begin with its own: by the next label's name and text. */
export interface WrittenSeries {
  /** Its line but for the value; undefined until it was written. */
  line: string | undefined;
  next: Map<string, Map<string, WrittenSeries>> | undefined;
}

const newSeries = (): WrittenSeries => ({ line: undefined, next: undefined });

/** Beside twice what a page shows, so that small families are not forgotten again and again. */
const SPARE = 100;

/** What was written of one family, from page to page. */
export class WrittenFamily {
  readonly help: string;
  readonly type: string;
  /** The lines before the first series; undefined until they were written. */
  header: string | undefined;
  #root = newSeries();
  #size = 0;

  constructor(help: string, type: string) {
    this.help = help;
    this.type = type;
  }

  /** The one object that stands for a series; labels whose text is empty do not count. */
  series(labels: Labels): WrittenSeries {
    let series = this.#root;
    for (const name in labels) {
      const text = labels[name];
      if (text !== undefined && text !== '') series = this.#after(series, name, text);
    }
    return series;
  }

  /** Forgets all when most of it is of series that are gone. */
  trim(shown: number): void {
    if (this.#size <= 2 * shown + SPARE) return;
    this.#root = newSeries();
    this.#size = 0;
  }

  #after(series: WrittenSeries, name: string, text: string): WrittenSeries {
    series.next ??= new Map();
    let byText = series.next.get(name);
    if (byText === undefined) {
      byText = new Map();
      series.next.set(name, byText);
    }
    let next = byText.get(text);
    if (next === undefined) {
      next = newSeries();
      byText.set(text, next);
      this.#size++;
    }
    return next;
  }
}
