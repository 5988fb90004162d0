/** Where people disagree: nobody knows what those rows are. */
import { groupBy } from '../../common/collections.ts';
import { type Episode, isHarmless } from '../../dataset/episodes/contract.ts';
import { VERDICT } from '../../dataset/episodes/verdicts.ts';
import { overlapsOf } from './overlaps.ts';
import type { Interval } from './timeline.ts';

const isVerdict = ({ episode }: Episode) => episode.startsWith(VERDICT);
const subjectOf = ({ node, namespace, pod }: Episode) => JSON.stringify([node, namespace, pod]);
/** What it calls the rows; undefined for normal ones. */
const opinionOf = (episode: Episode) => (isHarmless(episode) ? undefined : episode.scenario);

/** Whether two episodes that overlap are verdicts, told by one source, that call the same node or pod by different names. */
export function isDisputed(one: Episode, other: Episode): boolean {
  return (
    [one, other].every(isVerdict) &&
    (one.rank ?? 0) === (other.rank ?? 0) &&
    subjectOf(one) === subjectOf(other) &&
    opinionOf(one) !== opinionOf(other)
  );
}

/**
 * For the places of verdicts the times in which one behind them disputes them.
 *
 * @param ordered in precedence
 */
export function disputesOf(ordered: readonly Episode[]): ReadonlyMap<number, readonly Interval[]> {
  const places = [...ordered.keys()].filter((place) => isVerdict(ordered[place] as Episode));
  const verdicts = places.map((place) => ordered[place] as Episode);
  const fieldsOf = ({ node, cluster = '', namespace, pod }: Episode) => [node, cluster, namespace, pod];
  const disputed = overlapsOf(verdicts, fieldsOf).flatMap(([first, second]) => {
    const [kept, ignored] = [verdicts[first] as Episode, verdicts[second] as Episode];
    if (!isDisputed(kept, ignored)) return [];
    const fromMs = Math.max(kept.startMs, ignored.startMs);
    return [{ place: places[first] as number, fromMs, untilMs: Math.min(kept.endMs, ignored.endMs) }];
  });
  return groupBy(disputed, ({ place }) => place);
}
