/** What the campaign must have left in the dataset. */
import type { Manifest } from '../../dataset/model/manifest.ts';

/**
 * What is wrong with the dataset; nothing when it holds what the campaign did.
 *
 * @param nodes that ran an exporter
 * @param scenarios that the campaign had
 */
export function objectionsTo(
  { rows, entities, classBalance, gaps }: Pick<Manifest, 'rows' | 'entities' | 'classBalance' | 'gaps'>,
  wanted: { readonly nodes: readonly string[]; readonly scenarios: readonly string[] },
): string[] {
  const there = entities.map(({ node }) => node);
  const missing = wanted.nodes.filter((node) => !there.includes(node));
  const unseen = wanted.scenarios.filter((name) => (classBalance[name] ?? 0) === 0);
  return [
    ...(rows === 0 ? ['it has no rows'] : []),
    ...(missing.length > 0 ? [`nodes without a row: ${missing.join(', ')}`] : []),
    ...(unseen.length > 0 ? [`scenarios without a row: ${unseen.join(', ')}`] : []),
    ...((classBalance['normal'] ?? 0) > 0 ? [] : ['no row is normal']),
    ...(gaps.length > rows ? ['it has more gaps than rows'] : []),
  ];
}
