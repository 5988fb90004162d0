import { formatTime } from '../../common/times.ts';
import { type Episode, nodeText } from '../../dataset/episodes/contract.ts';
import type { LabelSet } from '../label-sources/label-set.ts';

/** Whom an episode is about, whatever the cluster. */
function subject({ episode, node, namespace, pod }: Episode): string {
  return JSON.stringify([episode, node, namespace, pod]);
}

/** Whether two episodes can be about the same cluster: one that tells none is not another's. */
function canShareCluster(a: Episode, b: Episode): boolean {
  return a.cluster === undefined || b.cluster === undefined || a.cluster === b.cluster;
}

/** What an episode says of rows. */
function verdict({ scenario, role, involvement, startMs, endMs }: Episode, stepMs: number) {
  const rows = [Math.ceil(startMs / stepMs), Math.ceil(endMs / stepMs)];
  return JSON.stringify([scenario, role, involvement ?? null, ...rows]);
}

function shown({ place, scenario, role, involvement, startMs, endMs }: Episode): string {
  const what = [scenario, role, ...(involvement === undefined ? [] : [involvement])].join(', ');
  return `${place} (${what}, ${formatTime(startMs)} to ${formatTime(endMs)})`;
}

/**
 * Puts sources in precedence: each goes before those after it. Of an episode that several tell of, the first has the
 * say; where a later one would label other rows, its set warns of it.
 */
export function joinSources(sets: readonly LabelSet[], stepMs: number): LabelSet[] {
  const known = new Map<string, Episode[]>();
  return sets.map((set, rank) => {
    const warnings = [...set.warnings];
    const own = set.episodes.filter((episode) => {
      const first = known.get(subject(episode))?.find((one) => canShareCluster(one, episode));
      if (first !== undefined && verdict(first, stepMs) !== verdict(episode, stepMs))
        warnings.push(
          `episode ${episode.episode} on ${nodeText(episode)}: ${shown(first)} goes before ${shown(episode)}`,
        );
      return first === undefined;
    });
    for (const episode of own) {
      const others = known.get(subject(episode));
      if (others === undefined) known.set(subject(episode), [episode]);
      else others.push(episode);
    }
    return {
      ...set,
      warnings,
      episodes: own.map((episode) => (rank === 0 ? episode : { ...episode, rank })),
    };
  });
}
