import { formatDuration } from '../../common/duration.ts';
import { BuilderError } from '../../common/errors.ts';
import type { FeatureColumn, QueryColumn } from '../../dataset/model/rows.ts';
import { type BuildConfig, exposedColumns } from '../config/schema.ts';
import { type Evaluation, reachOf } from '../promql/reach.ts';

function queryColumns({ columns = [] }: BuildConfig, evaluation: Evaluation): QueryColumn[] {
  const { stepMs, lookbackMs } = evaluation;
  return columns.flatMap((column) => {
    if (!('promql' in column)) return [];
    const { name, promql, help, unit, window } = column;
    const described = { name, help: help ?? 'A PromQL expression.', ...(unit !== undefined && { unit }) };
    const reachMs = reachOf(promql, evaluation);
    if (window !== undefined && window < reachMs)
      throw new BuilderError(
        'config',
        `config: window ${formatDuration(window)} of ${name} is shorter than the ${formatDuration(reachMs)} that its expression looks back (ranges, offsets, and ${formatDuration(lookbackMs)} where there is no range)`,
      );
    return { column: described, promql, windowMs: window ?? Math.max(reachMs, stepMs) };
  });
}

/**
 * The columns to make: those of the catalogue in its order, then expressions in the configuration's.
 *
 * @throws {BuilderError} `config`
 */
export function plannedColumns(config: BuildConfig, evaluation: Evaluation): FeatureColumn[] {
  const windowMs = config.window ?? config.step;
  const exposed = exposedColumns(config.entity);
  if (config.columns === undefined) return exposed.map((known) => ({ ...known, windowMs }));
  const wanted = new Map(
    config.columns.map((column) => [column.name, 'window' in column ? column.window : undefined]),
  );
  if (wanted.size < config.columns.length)
    throw new BuilderError('config', 'config: columns: a column is named twice');
  const other = config.columns.find(
    (column) => !('promql' in column) && !exposed.some((each) => each.column.name === column.name),
  );
  if (other !== undefined)
    throw new BuilderError('config', `config: columns: a ${config.entity} has no column ${other.name}`);
  const known = exposed
    .filter(({ column }) => wanted.has(column.name))
    .map((each) => ({
      ...each,
      windowMs: wanted.get(each.column.name) ?? windowMs,
    }));
  return [...known, ...queryColumns(config, evaluation)];
}
