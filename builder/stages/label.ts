import type { Entity } from '../../exporter/catalogue/model/columns.ts';
import { groupBy } from '../collections.ts';
import type { Episode } from '../episodes.ts';
import type { LabelledRows, NodeRows, RowLabel } from '../model.ts';
import { formatTime } from '../times.ts';

/** Two episodes on a node at once, of which only one could label the rows: an attack before a look-alike, then the earlier. */
export interface Conflict {
  readonly node: string;
  readonly kept: string;
  readonly ignored: string;
  /** The part of the dataset's time in which both were on. */
  readonly start: string;
  readonly end: string;
  /** Where the two were told, when that was not by one source. */
  readonly keptFrom?: string;
  readonly ignoredFrom?: string;
}

/** Labels rows of any partition. */
export interface Labeller {
  label(rows: NodeRows): LabelledRows;
  readonly conflicts: readonly Conflict[];
}

const BENIGN = 'benign';

const UNKNOWN: RowLabel = { label: null, anomaly: null, episode: null, role: null, phase: null, run: null };
const NORMAL: RowLabel = { ...UNKNOWN, label: 'normal', anomaly: 0, phase: 'normal' };
const RECOVERY: RowLabel = { ...NORMAL, phase: 'recovery' };

export function isBenign({ role }: Episode): boolean {
  return role === BENIGN;
}

/** Which place its source has among the sources. */
const rankOf = ({ rank = 0 }: Episode) => rank;

/**
 * By their sources' precedence, then attacks before look-alikes, then by start, then as written: the first that meets
 * a row labels it.
 */
function inPrecedence(episodes: readonly Episode[]): Episode[] {
  return [...episodes].sort(
    (a, b) => rankOf(a) - rankOf(b) || Number(isBenign(a)) - Number(isBenign(b)) || a.startMs - b.startMs,
  );
}

function labelOf(episode: Episode): RowLabel {
  const { scenario, role } = episode;
  const common = { episode: episode.episode, role, run: episode.run === '' ? null : episode.run };
  return isBenign(episode)
    ? { ...common, label: 'normal', anomaly: 0, phase: 'normal' }
    : { ...common, label: scenario, anomaly: 1, phase: 'attack' };
}

/** A pod's label while its node is attacked, and nobody says in which pod. */
function unknownIn({ episode, run }: RowLabel): RowLabel {
  return { ...UNKNOWN, episode, run };
}

/** Whether two episodes on a node are about the same rows. */
function meet(a: Episode, b: Episode, entity: Entity): boolean {
  const same = (one: string, other: string) => one === '' || other === '' || one === other;
  return entity === 'node' || (same(a.namespace, b.namespace) && same(a.pod, b.pod));
}

function conflictsOf(
  node: string,
  episodes: readonly Episode[],
  fromMs: number,
  toMs: number,
  entity: Entity,
): Conflict[] {
  return episodes.flatMap((kept, i) =>
    episodes.slice(i + 1).flatMap((ignored) => {
      const startMs = Math.max(kept.startMs, ignored.startMs);
      const endMs = Math.min(kept.endMs, ignored.endMs);
      if (!meet(kept, ignored, entity) || startMs >= endMs || startMs > toMs || endMs <= fromMs) return [];
      return {
        node,
        kept: kept.episode,
        ignored: ignored.episode,
        start: formatTime(startMs),
        end: formatTime(endMs),
        ...(rankOf(kept) !== rankOf(ignored) && { keptFrom: kept.place, ignoredFrom: ignored.place }),
      };
    }),
  );
}

/**
 * Labels rows by episodes. Row t is attack when (t − step, t] meets [start, end) of an episode of its node; of several
 * the one that started first counts, but an attack before any look-alike: otherwise an attack that begins under a
 * benign load would count as normal. What a source says goes before all that later ones do.
 * For as long as the longest window after an attack, features still remember it: those rows are `normal` with the phase
 * `recovery`. A pod's rows are labelled by the episodes that name it; under an attack that names only its node, or its
 * namespace, nobody knows, and the label is null.
 *
 * @param episodes undefined when there is no label source at all: then nobody knows, and every label is null
 */
export function labeller(
  episodes: readonly Episode[] | undefined,
  times: { firstMs: number; lastMs: number; stepMs: number; recoveryMs: number; entity?: Entity },
): Labeller {
  if (episodes === undefined) {
    return { conflicts: [], label: (rows) => ({ ...rows, labels: Array.from(rows.timesMs, () => UNKNOWN) }) };
  }
  const { stepMs, recoveryMs } = times;
  const byNode = groupBy(inPrecedence(episodes), ({ node }) => node);
  const prepared = new Map(
    [...byNode].map(([node, own]) => [node, own.map((episode) => ({ episode, label: labelOf(episode) }))]),
  );
  /** The episodes with what they say of these rows: only of a node's own rows does an episode always say something. */
  const saying = ({ node, namespace, pod }: NodeRows) =>
    (prepared.get(node) ?? []).flatMap(({ episode, label }) => {
      if (pod === undefined) return { episode, label };
      const isElsewhere = episode.namespace !== '' && episode.namespace !== namespace;
      if (isElsewhere || (episode.pod !== '' && episode.pod !== pod)) return [];
      // Which of the node's pods were attacked is not known.
      return { episode, label: episode.pod === '' && !isBenign(episode) ? unknownIn(label) : label };
    });
  return {
    conflicts: [...byNode].flatMap(([node, own]) =>
      conflictsOf(node, own, times.firstMs - stepMs, times.lastMs, times.entity ?? 'node'),
    ),
    label(rows) {
      const own = saying(rows);
      const labelAt = (t: number): RowLabel => {
        const meets = own.find(({ episode }) => episode.startMs <= t && episode.endMs > t - stepMs);
        const recovering = own.some(
          ({ episode }) =>
            !isBenign(episode) && episode.endMs <= t - stepMs && episode.endMs + recoveryMs > t - stepMs,
        );
        // A look-alike in the time after an attack is still recovery from it.
        if (meets !== undefined)
          return recovering && isBenign(meets.episode) ? { ...meets.label, phase: 'recovery' } : meets.label;
        return recovering ? RECOVERY : NORMAL;
      };
      return { ...rows, labels: Array.from(rows.timesMs, labelAt) };
    },
  };
}
