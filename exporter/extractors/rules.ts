import { type Sample, sample } from '../catalogue/model/sample.ts';
import { rulesMetrics } from '../catalogue/rules.ts';
import type { RuleBook } from '../rules/rule-book.ts';
import type { Extractor } from '../scrape/extractor.ts';

/** How soon a changed file is taken over when nobody scrapes. */
const REFRESH_MS = 15_000;

interface State {
  readonly book: RuleBook;
  readonly timer: NodeJS.Timeout;
}

/** The rules in use, and how the last reading of their file went. Each scrape looks whether the file changed. */
export const rules: Extractor<State> = {
  name: 'rules',
  metrics: rulesMetrics,
  open({ rules: book }) {
    return { book, timer: setInterval(() => void book.refresh(), REFRESH_MS).unref() };
  },
  async extract(_host, { book }) {
    await book.refresh();
    const { current, state } = book;
    const samples: Sample[] = [
      sample(rulesMetrics.reloadSuccessful, state.successful ? 1 : 0),
      sample(rulesMetrics.reloadTimestamp, state.succeededAt),
    ];
    for (const { name: rule, on, severity, mitre } of current.rules) {
      const { missing = 0, failed = 0 } = current.undecided.get(rule) ?? {};
      samples.push(
        sample(rulesMetrics.info, 1, { rule, on, severity, mitre }),
        sample(rulesMetrics.missingFields, missing, { rule }),
        sample(rulesMetrics.failures, failed, { rule }),
      );
    }
    return { samples, errors: [] };
  },
  close({ timer }) {
    clearInterval(timer);
  },
};
