/** What labels and splits are, in the plainest way: each row asks each episode, each episode every other. */

import type { Extent } from '../../../builder/splits/extents.ts';
import type { Episode } from '../../../dataset/episodes/contract.ts';
import type { NodeRows, RowLabel } from '../../../dataset/model/rows.ts';

interface Times {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly stepMs: number;
  readonly recoveryMs: number;
}

const UNKNOWN: RowLabel = { label: null, anomaly: null, episode: null, role: null, phase: null, run: null };
const isHarmless = ({ role, involvement }: Pick<Episode, 'role' | 'involvement'>) =>
  role === 'benign' || involvement === 'bystander';
const rankOf = ({ rank = 0 }: Episode) => rank;

const isBystander = ({ involvement }: Episode) => involvement === 'bystander';

function inPrecedence(episodes: readonly Episode[]): Episode[] {
  return [...episodes].sort(
    (a, b) =>
      rankOf(a) - rankOf(b) ||
      Number(isHarmless(a)) - Number(isHarmless(b)) ||
      Number(isBystander(a)) - Number(isBystander(b)) ||
      a.startMs - b.startMs,
  );
}

type Fleet = readonly NodeRows[];

function clustersOf(fleet: Fleet, name: string): Set<string> {
  return new Set(fleet.filter(({ node }) => node === name).map(({ cluster }) => cluster));
}

/** Whether an episode concerns a node or a pod of a fleet in which it is clear which. */
function isAbout(episode: Episode, { cluster, node, namespace, pod }: NodeRows, fleet: Fleet): boolean {
  if (episode.node !== node) return false;
  const tellNothing = [...clustersOf(fleet, node)].every((one) => one === '');
  if (episode.cluster !== undefined && episode.cluster !== cluster && !tellNothing) return false;
  if (pod === undefined) return true;
  const fits = (said: string, own: string | undefined) => said === '' || said === own;
  return fits(episode.namespace, namespace) && fits(episode.pod, pod);
}

function labelOf(episode: Episode, rows: NodeRows, recovering: boolean): RowLabel {
  const run = episode.run === '' ? null : episode.run;
  const { involvement } = episode;
  const part = rows.pod !== undefined && involvement !== undefined && { involvement };
  const said = { episode: episode.episode, role: episode.role, run, ...part };
  if (isHarmless(episode))
    return { ...said, label: 'normal', anomaly: 0, phase: recovering ? 'recovery' : 'normal' };
  if (rows.pod !== undefined && episode.pod === '') return { ...UNKNOWN, episode: episode.episode, run };
  return { ...said, label: episode.scenario, anomaly: 1, phase: 'attack' };
}

/** The labels of rows. */
export function referenceLabels(
  episodes: readonly Episode[],
  rows: NodeRows,
  { stepMs, recoveryMs }: Times,
  fleet: Fleet = [rows],
): RowLabel[] {
  const about = inPrecedence(episodes).filter((episode) => isAbout(episode, rows, fleet));
  // Of an episode that names the pod, what it says of the node is not about the pod.
  const namesPod = (one: Episode) =>
    about.some((other) => other.pod !== '' && other.episode === one.episode && rankOf(other) <= rankOf(one));
  const own = about.filter((one) => rows.pod === undefined || one.pod !== '' || !namesPod(one));
  return Array.from(rows.timesMs, (t) => {
    const meets = own.find(({ startMs, endMs }) => startMs <= t && endMs > t - stepMs);
    const recovering = own.some(
      (episode) =>
        !isHarmless(episode) && episode.endMs <= t - stepMs && episode.endMs + recoveryMs > t - stepMs,
    );
    if (meets !== undefined) return labelOf(meets, rows, recovering);
    return { ...UNKNOWN, label: 'normal', anomaly: 0, phase: recovering ? 'recovery' : 'normal' };
  });
}

/** Whether it cannot be known of an episode which of several nodes of a fleet it is about. */
export function isUnclear(episodes: readonly Episode[], fleet: Fleet, times: Times): boolean {
  const touches = (episode: Episode, firstMs: number, lastMs: number) =>
    episode.startMs <= lastMs &&
    episode.endMs + times.stepMs + (isHarmless(episode) ? 0 : times.recoveryMs) > firstMs;
  const inTime = episodes.filter((episode) => touches(episode, times.firstMs, times.lastMs));
  return inTime.some((episode) => {
    const clusters = clustersOf(fleet, episode.node);
    const named = [...clusters].filter((cluster) => cluster !== '');
    if (episode.cluster === undefined && named.length > 1) return true;
    if (episode.cluster === undefined && named.length === 1 && clusters.has('')) {
      // Both kinds of rows in the episode's time, counted from the first to the last of each.
      return ['', ...named].every((cluster) => {
        const own = fleet.filter((rows) => rows.node === episode.node && rows.cluster === cluster);
        const all = own.flatMap(({ timesMs }) => [...timesMs]);
        return touches(episode, Math.min(...all), Math.max(...all));
      });
    }
    const told = inTime.filter(({ node, cluster }) => node === episode.node && cluster !== undefined);
    return named.length === 0 && clusters.has('') && new Set(told.map(({ cluster }) => cluster)).size > 1;
  });
}

/** Pairs of episodes that are about the same rows at once, node after node: the one that labels them, and the other. */
export function referenceConflicts(
  episodes: readonly Episode[],
  entity: 'node' | 'pod',
  { firstMs, lastMs, stepMs }: Times,
): [Episode, Episode][] {
  const ordered = inPrecedence(episodes);
  const agree = (one: string, other: string) => one === '' || other === '' || one === other;
  return [...new Set(ordered.map(({ node }) => node))].flatMap((node) => {
    const own = ordered.filter((episode) => episode.node === node && !isBystander(episode));
    return own.flatMap((kept, i) =>
      own.slice(i + 1).flatMap((other): [Episode, Episode][] => {
        const startMs = Math.max(kept.startMs, other.startMs);
        const endMs = Math.min(kept.endMs, other.endMs);
        const same =
          agree(kept.cluster ?? '', other.cluster ?? '') &&
          (entity === 'node' || (agree(kept.namespace, other.namespace) && agree(kept.pod, other.pod)));
        const isOther = kept.episode !== other.episode;
        const isSeen = isOther && startMs < endMs && startMs <= lastMs && endMs > firstMs - stepMs;
        return same && isSeen ? [[kept, other]] : [];
      }),
    );
  });
}

/** A bound, moved past one after the other of what it would cut. */
export function referencePast(
  boundMs: number,
  extents: readonly Pick<Extent, 'firstMs' | 'lastMs'>[],
  embargoMs: number,
): number {
  const cut = extents.find(({ firstMs, lastMs }) => firstMs <= boundMs + embargoMs && lastMs > boundMs);
  return cut === undefined ? boundMs : referencePast(cut.lastMs, extents, embargoMs);
}
