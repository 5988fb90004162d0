/** Which rows a model is judged by: those that it has never seen, and what was going on in each. */
import { type Dataset, isVerdict, NORMAL, type RowFacts, type Series } from '../table/series.ts';

/**
 * quiet: nothing happened; benign: a benign workload ran; bystander: something happened in another pod of the node; attack; other: the
 * label is not known or no witness, or an attack is over and features remember it.
 */
type RowKind = 'quiet' | 'benign' | 'bystander' | 'attack' | 'other';

/** The rows of a node, and which of them are held out. */
export interface HeldOutSeries {
  readonly rows: Series;
  /** One for each row; undefined for a row that the model may have learned from, was stopped or was calibrated by. */
  readonly kinds: readonly (RowKind | undefined)[];
  /** Whether no row of the node, held out or not, is of an attack or without a label: false alarms are counted here alone. */
  readonly isAttackFree: boolean;
}

function kindOf({ label, episode, phase, involvement }: RowFacts): RowKind {
  if (label === null || phase === 'recovery') return 'other';
  if (label !== NORMAL) return 'attack';
  if (involvement === 'bystander') return 'bystander';
  return episode === null ? 'quiet' : 'benign';
}

/** A node's rows, of which those of some parts are judged. */
export function judgedRowsOf(rows: Series, isJudged: (split: string | null) => boolean): HeldOutSeries {
  return {
    rows,
    kinds: rows.facts.map((facts) => (isJudged(facts.split) ? kindOf(facts) : undefined)),
    isAttackFree: rows.facts.every(({ label, phase }) => label === NORMAL && phase !== 'recovery'),
  };
}

/** People give verdicts mostly where a detector has raised an alarm: by their rows it would be judged by itself. */
function withoutVerdicts({ rows, kinds, isAttackFree }: HeldOutSeries): HeldOutSeries {
  const judged = kinds.map((kind, row) =>
    kind !== undefined && isVerdict(rows.facts[row] as RowFacts) ? 'other' : kind,
  );
  return { rows, kinds: judged, isAttackFree };
}

/**
 * The held-out rows of datasets, of which those that people named tell nothing: of one that the model was trained with its part `test`, of any other all rows but the embargo.
 *
 * @param trainedWith the digests of the rows of the model's own datasets
 */
export function heldOut(datasets: readonly Dataset[], trainedWith: ReadonlySet<string>): HeldOutSeries[] {
  return datasets.flatMap(({ series, rowsDigest }) => {
    const isOwn = trainedWith.has(rowsDigest);
    return series.map((rows) =>
      withoutVerdicts(judgedRowsOf(rows, (split) => (isOwn ? split === 'test' : split !== 'embargo'))),
    );
  });
}

/** An attack (or a benign workload) on one node. */
export interface Event {
  readonly name: string;
  /** The scenario of an attack; of a benign workload `normal`. */
  readonly label: string;
  readonly isAttack: boolean;
  /** Which series it lies in. */
  readonly series: number;
  /** Its rows in that series, in order. */
  readonly rows: readonly number[];
}

/**
 * The episodes that are held out whole: of one that is cut nobody could tell when it was found. Of a pod that was only beside an episode
 * there is nothing to find.
 */
export function eventsOf(all: readonly HeldOutSeries[]): Event[] {
  return all.flatMap(({ rows: { facts }, kinds }, series) => {
    const rows = new Map<string, number[]>();
    const seen = new Set<string>();
    facts.forEach(({ episode, label, phase, involvement }, row) => {
      if (episode === null || phase === 'recovery' || label === null || involvement === 'bystander') return;
      if (kinds[row] === 'other') return;
      const own = rows.get(episode) ?? [];
      own.push(row);
      rows.set(episode, own);
      if (kinds[row] === undefined) seen.add(episode);
    });
    return [...rows]
      .filter(([name]) => !seen.has(name))
      .map(([name, own]): Event => {
        const label = facts[own[0] as number]?.label ?? NORMAL;
        return { name, label, isAttack: label !== NORMAL, series, rows: own };
      });
  });
}
