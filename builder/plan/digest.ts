import { createHash } from 'node:crypto';
import { isPlanned } from '../../dataset/model/rows.ts';
import type { BuildConfig, SplitConfig } from '../config/schema.ts';
import { configuredSource } from '../label-sources/configured.ts';
import { hiddenMatchers } from '../pseudonyms/configured.ts';
import type { Plan } from './model.ts';

/** The label sources as the digest has them: files by name, so that a dataset is the same wherever it is built. */
function labelIdentity({ labels }: BuildConfig): unknown {
  return labels?.map((source) => configuredSource(source).identity) ?? null;
}

/** The split as the digest has it: in a fixed order. */
function splitIdentity(split: SplitConfig): unknown {
  if (split.by === 'node') return [split.by, split.fractions];
  const bounds = split.by === 'time' ? split.bounds : null;
  const more = split.by === 'time' ? [] : [split.stratify, split.attackFree];
  // What is not asked for leaves a dataset's name as it was before it could be asked for.
  return [
    ...[split.by, split.fractions, bounds, split.embargo ?? null],
    ...(more.every((each) => each === undefined) ? [] : more.map((each) => each ?? null)),
  ];
}

/** What of a plan a dataset's identity follows from. */
type Identified = Pick<Plan, 'config' | 'firstMs' | 'stepMs' | 'scrapeIntervalMs' | 'columns' | 'pseudonyms'>;

/** Names a dataset among others, as SHA-256 in hexadecimal: of what was asked for, not of what came out. */
export function configDigest(identified: Identified): string {
  const { config, firstMs, stepMs, scrapeIntervalMs, columns, pseudonyms } = identified;
  const identity = [
    [
      firstMs,
      stepMs,
      scrapeIntervalMs,
      config.format,
      config.entity,
      config.seed,
      splitIdentity(config.split),
    ],
    [
      config.nodeLabel,
      config.clusterLabel,
      hiddenMatchers(config, pseudonyms),
      labelIdentity(config),
      ...(config.replicaLabel === undefined ? [] : [config.replicaLabel]),
      ...(config.csvEscapeFormulas ? ['csvEscapeFormulas'] : []),
      ...(pseudonyms === undefined ? [] : [pseudonyms.keyId]),
      // Rows of pods had no such column once; the two kinds cannot go on in one dataset.
      ...(config.entity === 'pod' ? ['involvement'] : []),
    ],
    columns.map((each) => [
      each.column.name,
      each.windowMs,
      ...(isPlanned(each) ? [] : [each.promql, each.column.unit, each.column.help]),
    ]),
  ];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex');
}
