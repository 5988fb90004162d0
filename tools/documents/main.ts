/** `npm run check:docs`: the measures of the documents, page by page; exit status 1 where one is exceeded. */
import { ROOT } from '../programs/paths.ts';
import { complaints } from './limits.ts';
import { readPages } from './pages.ts';
import { LONG, measure } from './sentences.ts';

const pages = readPages(ROOT);
const wrong = complaints(pages);
const measures = pages.map(measure);
const total = (of: (one: (typeof measures)[number]) => number) =>
  measures.reduce((sum, one) => sum + of(one), 0);
if (process.argv.includes('--pages')) {
  for (const { path, lines, longestLine, sentences, long } of measures)
    process.stdout.write(
      `${path}: ${lines} lines, the longest ${longestLine}, ${long.length} of ${sentences} sentences above ${LONG} words\n`,
    );
}
if (process.argv.includes('--sentences'))
  for (const { path, long } of measures) for (const text of long) process.stdout.write(`${path}: ${text}\n`);
process.stdout.write(
  `${pages.length} pages, ${total(({ long }) => long.length)} of ${total(({ sentences }) => sentences)} sentences have more than ${LONG} words\n`,
);
for (const line of wrong) process.stderr.write(`${line}\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;
