import { isDeepStrictEqual } from 'node:util';
import type { Manifest } from '../../dataset/model/manifest.ts';
import { configDigest } from './digest.ts';
import type { Plan } from './model.ts';

/** The files that labels are from; undefined when some are from elsewhere. */
export function labelFiles(labels: Manifest['labels']): string[] | undefined {
  const files = labels.flatMap(({ kind, file }) =>
    kind === 'episodes' && file !== undefined ? [String(file)] : [],
  );
  return files.length === labels.length ? files : undefined;
}

/**
 * Whether a dataset that was labelled anew since it was built is the one that is asked for: its labels are now from the files that the
 * configuration names, and all else is as when it was built.
 */
export function isRelabelledTo(planned: Plan, { labels, relabelled }: Manifest): boolean {
  if (relabelled === undefined) return false;
  const { config } = planned;
  const asked = (config.labels ?? []).map((source) => ('episodes' in source ? source.episodes : undefined));
  const names = asked.map((path) => path?.slice(path.lastIndexOf('/') + 1));
  if (!isDeepStrictEqual(names, labelFiles(labels))) return false;
  const { labels: _, ...others } = config;
  const before = relabelled.labels.map((episodes) => ({ episodes }));
  const asBuilt = before.length === 0 ? others : { ...others, labels: before };
  return configDigest({ ...planned, config: asBuilt }) === relabelled.configDigest;
}
