import { isGenerated, type Page } from './pages.ts';
import { LONG, LONGEST_LINE, measure } from './sentences.ts';
import { wrongTermsOf } from './wording.ts';

/** One sentence in so many may be long. */
const ONE_IN = 20;
const MOST_LINES: Readonly<Record<string, number>> = { 'README.md': 250, 'CONTRIBUTING.md': 80 };

/**
 * What is wrong with the documents, a line each: private words in any page; in those written by hand too many lines, lines that are too
 * long, and more long sentences in all of them than one in twenty.
 */
export function complaints(pages: readonly Page[]): string[] {
  const own = pages.filter((page) => !isGenerated(page));
  const measures = own.map(measure);
  const sentences = measures.reduce((sum, one) => sum + one.sentences, 0);
  const long = measures.reduce((sum, one) => sum + one.long.length, 0);
  return [
    ...measures.flatMap(({ path, lines }) => {
      const most = MOST_LINES[path] ?? Number.POSITIVE_INFINITY;
      return lines > most ? [`${path}: has ${lines} lines, at most ${most}`] : [];
    }),
    ...measures
      .filter(({ longestLine }) => longestLine > LONGEST_LINE)
      .map(
        ({ path, longestLine }) =>
          `${path}: has a line of ${longestLine} characters, at most ${LONGEST_LINE}`,
      ),
    ...pages
      .filter(({ path }) => path !== 'STYLE.md')
      .flatMap((page) => wrongTermsOf(page).map((term) => `${page.path}: ${term}`)),
    ...(long * ONE_IN > sentences
      ? [`${long} of ${sentences} sentences have more than ${LONG} words, at most one in ${ONE_IN} may`]
      : []),
  ];
}
