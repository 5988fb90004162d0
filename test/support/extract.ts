import type { Sample } from '../../exporter/catalogue/model/sample.ts';
import type { NodeView } from '../../exporter/owners/node-view.ts';
import type { Extraction, Extractor } from '../../exporter/scrape/extractor.ts';
import { fixturePaths } from './fixture-host.ts';
import { services } from './services.ts';

/** Runs an extractor once, with a state of its own unless one is given. */
export async function extractOnce<S>(
  extractor: Extractor<S>,
  host: NodeView,
  state?: S,
): Promise<Extraction> {
  const used = state ?? ((await extractor.open?.(await services({ paths: fixturePaths() }))) as S);
  const result = await extractor.extract(host, used);
  return 'samples' in result ? result : { samples: result, errors: [] };
}

/** `name{label="value",…} value`, a line for each sample. */
export function seriesLines(samples: readonly Sample[]): string[] {
  return samples.map(({ metric, labels, value }) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
    return `${metric.name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
  });
}
