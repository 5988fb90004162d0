/** What labels and splits of a dataset depend on, read back from its manifest. */
import { parseDurationMs } from '../../common/duration.ts';
import { BuilderError } from '../../common/errors.ts';
import { wholeMs } from '../../common/ms.ts';
import { parseRfc3339 } from '../../common/times.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import { type BuildConfig, configSchema, type SplitConfig } from '../config/schema.ts';
import { partitionsOf } from '../plan/times.ts';
import { splitsByNameAlone } from '../splits/by-node.ts';

/** As the configuration has it, with bounds as they were asked for. */
function splitDocument({ split }: Manifest, name: string): unknown {
  const { by, embargo, strict, minimum, stratify, attackFree, askedBounds, bounds } = split;
  if (by === 'joined')
    throw new BuilderError(
      'output',
      `${name} was joined of several labs' datasets: relabel those, and join them again`,
    );
  const common = {
    by,
    fractions: split.fractions,
    ...(strict !== undefined && { strict }),
    ...(minimum !== undefined && { minimum }),
  };
  if (by === 'node') return common;
  if (by === 'time') return { ...common, embargo, bounds: askedBounds ?? bounds };
  return {
    ...{ ...common, embargo },
    ...(stratify !== undefined && { stratify }),
    ...(attackFree !== undefined && { attackFree }),
  };
}

/** @throws {BuilderError} `output` for a dataset whose split nobody can draw again */
function splitConfigOf(manifest: Manifest, name: string): SplitConfig {
  const result = configSchema.shape.split.safeParse(splitDocument(manifest, name));
  if (result.success) return result.data;
  throw new BuilderError('damaged', `${name}: its manifest tells a split that no configuration has`);
}

/**
 * @param name of the dataset, for messages
 * @throws {BuilderError} `output`
 */
export function labelledPlan(manifest: Manifest, name: string) {
  const ms = (text: string) => wholeMs(parseDurationMs(text) ?? Number.NaN);
  const [firstMs, lastMs] = [manifest.start, manifest.end].map((text) =>
    wholeMs(parseRfc3339(text) ?? Number.NaN),
  );
  const times = {
    firstMs: firstMs as ReturnType<typeof wholeMs>,
    lastMs: lastMs as ReturnType<typeof wholeMs>,
    stepMs: ms(manifest.step),
  };
  const config: BuildConfig = {
    ...configSchema.parse({}),
    ...{ entity: manifest.entity, split: splitConfigOf(manifest, name), step: times.stepMs },
    ...(manifest.split.seed !== undefined && { seed: manifest.split.seed }),
  };
  return {
    ...{ ...times, config, shard: undefined },
    longestWindowMs: ms(manifest.window),
    freshnessMs: ms(manifest.freshness),
    days: partitionsOf(times.firstMs, times.lastMs, times.stepMs),
    splitsByNameAlone: splitsByNameAlone(manifest),
  };
}
