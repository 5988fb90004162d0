/** Visits the pages of a shop as a search engine does: what it may, the map, the pages in their order, and some that are gone. */
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { assertAnswered, type VisitorsOptions, visit } from './visitors.ts';

export interface SearchCrawlOptions extends WorkerOptions, VisitorsOptions {}

const AGENT = 'Mozilla/5.0 (compatible; Kubevigilbot/1.0; a harmless crawler of a test)';
const ITEMS = 200;
const WORDS = ['lamp', 'chair', 'table', 'shelf', 'rug'];
/** Removed long ago, and still linked from somewhere. */
const GONE_EACH = 25;

function* pages(): Iterable<string> {
  yield '/robots.txt';
  yield '/sitemap.xml';
  yield '/';
  for (const word of WORDS) yield `/search?q=${word}`;
  for (let item = 1; item <= ITEMS; item++) {
    yield `/items/${item}`;
    if (item % GONE_EACH === 0) yield `/catalogue/2019/${item}.html`;
  }
}

const options = workerOptions<SearchCrawlOptions>();
const life = lifetime(options.durationMs);
const paths = [...pages()];
let turn = 0;
const tally = await visit(life, options, () => ({
  path: paths[turn++ % paths.length] as string,
  headers: { 'User-Agent': AGENT },
}));
finish();
assertAnswered(options.target, tally);
