import { BuilderError } from '../../../common/errors.ts';
import type { Grid } from '../../../dataset/model/rows.ts';
import { labelText } from '../../../exporter/catalogue/model/promql.ts';
import type { BuildConfig } from '../../config/schema.ts';
import { type RawSeries, seriesName } from '../../samples/series.ts';
import type { FetchedQuery } from '../fetch.ts';
import type { Entities } from './entities.ts';
import { orInfinity } from './grid.ts';

/**
 * Takes over an expression's values, one series for each node.
 *
 * @throws {BuilderError} `config` when it gives several for a node, or does not name it
 */
export function addExpression(
  { query: { column, promql }, series }: FetchedQuery,
  entities: Entities,
  { firstMs, stepMs, steps }: Grid,
  { nodeLabel, clusterLabel }: BuildConfig,
): void {
  const refuse = (labels: RawSeries['labels'], reason: string) =>
    new BuilderError('config', `column ${column.name}: ${promql} gives ${seriesName(labels)}, ${reason}`);
  for (const { labels, timestampsMs, values } of series) {
    if (!labels[nodeLabel])
      throw refuse(labels, `which has no label ${nodeLabel}: aggregate by (${labelText(nodeLabel)})`);
    const node = entities.ofResult(labels);
    if (node === undefined)
      throw refuse(
        labels,
        `which may be of several clusters: aggregate by (${labelText(clusterLabel)}, ${labelText(nodeLabel)})`,
      );
    const own = node.features.get(column.name) ?? new Float64Array(steps).fill(Number.NaN);
    node.features.set(column.name, own);
    timestampsMs.forEach((ms, i) => {
      const step = (ms - firstMs) / stepMs;
      if (!Number.isNaN(own[step]))
        throw refuse(
          labels,
          `one of several for a node: aggregate, such as sum by (${labelText(nodeLabel)})`,
        );
      const value = values[i] as number;
      own[step] = Number.isNaN(value) ? value : orInfinity(value);
      // A node that is scraped has rows when it is: a lookback would add some after an outage.
      if (node.unscraped) node.present[step] = 1;
    });
  }
}
