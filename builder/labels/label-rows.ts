import { groupBy } from '../../common/collections.ts';
import { formatTime } from '../../common/times.ts';
import { type Episode, isHarmless } from '../../dataset/episodes/contract.ts';
import type { EntityName, LabelledRows, NodeRows, RowLabel } from '../../dataset/model/rows.ts';
import type { Entity } from '../../exporter/catalogue/model/columns.ts';
import { disputesOf, isDisputed } from './disputes.ts';
import { Homes } from './homes.ts';
import { type Layer, layersOf } from './layers.ts';
import { overlapsOf } from './overlaps.ts';
import { NOTHING } from './timeline.ts';

/** Two episodes on a node at once, of which only one could label the rows: an attack before a benign workload, then the earlier. */
export interface Conflict {
  /** Absent when neither episode tells it. */
  readonly cluster?: string;
  readonly node: string;
  readonly kept: string;
  readonly ignored: string;
  /** The part of the dataset's time in which both were on. */
  readonly start: string;
  readonly end: string;
  /** Where the two were told, when that was not by one source. */
  readonly keptFrom?: string;
  readonly ignoredFrom?: string;
  /** Both are verdicts of people: the rows have no label. */
  readonly disputed?: true;
}

/** Labels rows of any partition. */
export interface Labeller {
  label(rows: NodeRows): LabelledRows;
  readonly conflicts: readonly Conflict[];
}

const UNKNOWN: RowLabel = { label: null, anomaly: null, episode: null, role: null, phase: null, run: null };
const NORMAL: RowLabel = { ...UNKNOWN, label: 'normal', anomaly: 0, phase: 'normal' };
const RECOVERY: RowLabel = { ...NORMAL, phase: 'recovery' };

/** Which place its source has among the sources. */
const rankOf = ({ rank = 0 }: Episode) => rank;

/** What says most of a row goes first: an attack, then a benign workload of its own, then what it was only beside. */
function weightOf(episode: Episode): number {
  if (!isHarmless(episode)) return 0;
  return episode.involvement === 'bystander' ? 2 : 1;
}

/**
 * By their sources' precedence, then attacks before what is harmless and that before what a pod was only beside, then by start, then as
 * written: the first that meets a row labels it.
 */
function inPrecedence(episodes: readonly Episode[]): Episode[] {
  return [...episodes].sort(
    (a, b) => rankOf(a) - rankOf(b) || weightOf(a) - weightOf(b) || a.startMs - b.startMs,
  );
}

/** What an episode says of the rows that it meets. */
interface Said {
  /** Whether it says it in the time after an attack, from which features have not recovered. */
  readonly recovering: RowLabel;
  readonly otherwise: RowLabel;
}

/** @param ofPod of pods' rows: which of a node's pods were attacked is not known when the episode does not name one */
function saidBy(episode: Episode, ofPod: boolean): Said {
  const { scenario, role, run, involvement } = episode;
  const part = ofPod && involvement !== undefined && { involvement };
  const common = { episode: episode.episode, role, run: run === '' ? null : run, ...part };
  if (isHarmless(episode)) {
    const otherwise: RowLabel = { ...common, label: 'normal', anomaly: 0, phase: 'normal' };
    // A benign workload in the time after an attack is still recovery from it, and a pod that was attacked before stands by in it.
    return { otherwise, recovering: { ...otherwise, phase: 'recovery' } };
  }
  const attack: RowLabel = { ...common, label: scenario, anomaly: 1, phase: 'attack' };
  const said = ofPod && episode.pod === '' ? unknownIn(attack) : attack;
  return { otherwise: said, recovering: said };
}

/** A pod's label while its node is attacked, and nobody says in which pod; and any where two people disagree. */
function unknownIn({ episode, run }: RowLabel): RowLabel {
  return { ...UNKNOWN, episode, run };
}

/** What each episode says of rows like these, told when it is first asked. */
function sayings(episodes: readonly Episode[], { pod }: EntityName): (place: number) => Said {
  const told = new Map<number, Said>();
  return (place) => {
    const known = told.get(place) ?? saidBy(episodes[place] as Episode, pod !== undefined);
    told.set(place, known);
    return known;
  };
}

/** The labels of rows: at each time that of the episode that goes first of all layers. */
function labelsOf(
  { timesMs }: NodeRows,
  layers: readonly Layer[],
  saying: (place: number) => Said,
  isDisputedAt: (place: number, t: number) => boolean,
): RowLabel[] {
  const cursors = layers.map(({ places, meets, recovers }) => ({
    places,
    meets: meets.cursor(),
    recovers: recovers.cursor(),
  }));
  return Array.from(timesMs, (t) => {
    let first = Number.POSITIVE_INFINITY;
    let recovering = false;
    for (const { places, meets, recovers } of cursors) {
      const met = meets(t);
      if (met !== NOTHING) first = Math.min(first, places[met] as number);
      recovering ||= recovers(t) !== NOTHING;
    }
    if (first === Number.POSITIVE_INFINITY) return recovering ? RECOVERY : NORMAL;
    if (isDisputedAt(first, t)) return unknownIn(saying(first).otherwise);
    return recovering ? saying(first).recovering : saying(first).otherwise;
  });
}

/** The pairs of episodes on a node that are about the same rows, of those in the time from `fromMs` to `toMs`. */
function conflictsOf(
  node: string,
  all: readonly Episode[],
  fromMs: number,
  toMs: number,
  entity: Entity,
): Conflict[] {
  const episodes = all.filter(
    // Who only stood by has nothing to say against another.
    ({ startMs, endMs, involvement }) => startMs <= toMs && endMs > fromMs && involvement !== 'bystander',
  );
  const fieldsOf = ({ cluster = '', namespace, pod }: Episode) =>
    entity === 'node' ? [cluster] : [cluster, namespace, pod];
  const pairs = overlapsOf(episodes, fieldsOf).map(
    ([first, second]) => [episodes[first], episodes[second]] as [Episode, Episode],
  );
  // Lines of one episode about a node and its pods, or about several pods, are of one mind.
  const others = pairs.filter(([kept, ignored]) => kept.episode !== ignored.episode);
  const found = others.map(([kept, ignored]): Conflict => {
    const cluster = kept.cluster ?? ignored.cluster;
    return {
      ...(cluster !== undefined && { cluster }),
      node,
      kept: kept.episode,
      ignored: ignored.episode,
      start: formatTime(Math.max(kept.startMs, ignored.startMs)),
      end: formatTime(Math.min(kept.endMs, ignored.endMs)),
      ...(rankOf(kept) !== rankOf(ignored) && { keptFrom: kept.place, ignoredFrom: ignored.place }),
      ...(isDisputed(kept, ignored) && { disputed: true as const }),
    };
  });
  // Nor is there more than one between two that have several lines each.
  return [
    ...groupBy(found, ({ cluster, kept, ignored, start, end }) =>
      JSON.stringify([cluster, kept, ignored, start, end]),
    ).values(),
  ].map(([first]) => first as Conflict);
}

/**
 * Labels rows by episodes. Row t is attack when (t − step, t] meets [start, end) of an episode of its node; of several
 * the one that started first counts, but an attack before any benign workload: otherwise an attack that begins under a
 * benign load would count as normal. What a source says goes before all that later ones do.
 * For as long as the longest window after an attack, features still remember it: those rows are `normal` with the phase
 * `recovery`. A pod's rows are labelled by the episodes that name it; under an attack that names only its node, or its
 * namespace, nobody knows, and the label is null, unless another line of the same episode names the pod: the more exact goes first. Attacker
 * and victim are under the attack; a bystander is normal, with the episode. An episode that names a cluster labels that cluster's node alone.
 *
 * Where verdicts of people differ and no source before them has the say, nobody knows either.
 *
 * @param episodes undefined when there is no label source at all: then nobody knows, and every label is null
 * @param homes what is known of clusters when rows are labelled
 */
export function labeller(
  episodes: readonly Episode[] | undefined,
  times: { firstMs: number; lastMs: number; stepMs: number; recoveryMs: number; entity?: Entity },
  homes = new Homes(),
): Labeller {
  if (episodes === undefined) {
    return { conflicts: [], label: (rows) => ({ ...rows, labels: Array.from(rows.timesMs, () => UNKNOWN) }) };
  }
  const { stepMs, recoveryMs } = times;
  const ordered = inPrecedence(episodes);
  const layers = layersOf(ordered, { stepMs, recoveryMs }, homes);
  const disputes = disputesOf(ordered);
  const isDisputedAt = (place: number, t: number) =>
    disputes.get(place)?.some(({ fromMs, untilMs }) => fromMs <= t && untilMs > t - stepMs) ?? false;
  return {
    conflicts: [...groupBy(ordered, ({ node }) => node)].flatMap(([node, own]) =>
      conflictsOf(node, own, times.firstMs - stepMs, times.lastMs, times.entity ?? 'node'),
    ),
    label: (rows) => ({
      ...rows,
      labels: labelsOf(rows, layers(rows), sayings(ordered, rows), isDisputedAt),
    }),
  };
}
