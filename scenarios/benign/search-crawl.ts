import { ASKING, COMPUTING, FILES } from '../scenario/column-groups.ts';
import { targetedScenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { SearchCrawlOptions } from '../workers/search-crawl.ts';

/** A search engine visits every page that it heard of, those that are gone as well. */
export const searchCrawl = targetedScenario('benign', {
  name: 'search_crawl',
  help: 'Every page of the service, one after the other, as a search engine that names itself.',
  resembles: ['web'],
  technique: 'T1595.003',
  moves: [...COMPUTING, ...FILES, ...ASKING, 'outbound_destinations_per_second'],
  parameters: {
    connections: { help: 'connections, kept', default: 4, most: 32, fixed: true },
    requestsPerSecond: { help: 'pages per second', default: 40, most: 500 },
  },
  work({ durationMs, values, target, signal }) {
    const options: SearchCrawlOptions = { durationMs, target, ...values };
    return runWorker('search-crawl', options, signal);
  },
});
