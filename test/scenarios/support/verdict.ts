import { MOVED } from '../../../scenarios/scenario/effect.ts';
import type { Scenario } from '../../../scenarios/scenario/scenario.ts';
import { isMoved, type Judgement, roomOf } from './effects.ts';

/** Whether a scenario did nothing, because this machine or its caps do not allow it. @param failure what a pod answered */
export const isRefusal = (failure: string) => failure.startsWith('ScenarioRefusal: ');

/** What is wrong with a scenario's episodes, and what this machine could not have shown. */
export interface Verdict {
  readonly wrong: readonly string[];
  readonly unseen: readonly string[];
}

function shown(effect: Judgement['during']): string {
  if (effect === undefined) return 'no values';
  const { normalMedian, episodeMedian, size } = effect;
  return `${normalMedian.toPrecision(3)} → ${episodeMedian.toPrecision(3)} (effect ${size.toFixed(1)})`;
}

function text({ entity, column, before, during, after, share }: Judgement): string {
  const own =
    share === undefined
      ? ''
      : `, its pod's part of it ${share.during?.toFixed(1)}, ${share.after?.toFixed(1)}`;
  return `${entity}'s ${column}: just before ${shown(before)}, during ${shown(during)}, after ${shown(after)}${own}`;
}

const isThere = ({ during }: Judgement) => during !== undefined;

/** Whether the pod's part alone would count as moved. */
const isLarge = (size: number | undefined) => size !== undefined && Math.abs(size) >= MOVED;
/** How far a value is from normal time and from where it was just before, whichever is nearer, in the units of its effects. */
const beyond = (is: number, was: number) => Math.max(0, is - Math.max(0, was), Math.min(0, was) - is);

/**
 * Whether a column went away just then: what one was before is left for a while, as closed connections are for a minute, and what others of this
 * machine do may go on and on.
 */
function isSudden({ isShared, before, during }: Judgement): boolean {
  if (before === undefined || during === undefined) return true;
  return (!isShared && !isMoved(before)) || isLarge(beyond(during.size, before.size));
}

/**
 * Whether it was this episode that moved the column: of one that its pod has no figures of, nobody knows. What others of this machine move too may
 * have been there before, and can hardly go further.
 */
const hasMoved = (one: Judgement) =>
  isMoved(one.during) &&
  (one.isShared || isSudden(one)) &&
  (one.share === undefined || isLarge(one.share.during));
const mayHaveMoved = ({ during, share }: Judgement) =>
  isMoved(during) && (share?.during === undefined || isLarge(share.during));

/**
 * A pod's own program keeps some of the heap that it once used, and collects garbage a little later: what a leak of a gigabyte or a flood of
 * requests leaves of these is no part of it.
 */
const MOST_KEPT: Readonly<Record<string, number>> = {
  container_memory_working_set_bytes: 0.05,
  container_cpu_cores: 0.05,
};

/** What is left of it at the end of the recovery. */
const remainder = ({ before, after }: Judgement) => beyond(after?.size ?? 0, before?.size ?? 0);

/** What is left may be another's, which was on at the same time. */
const hasLeft = (one: Judgement) =>
  remainder(one) >= Math.max(MOVED, (MOST_KEPT[one.column] ?? 0) * Math.abs(one.during?.size ?? 0)) &&
  (one.share?.after === undefined || isLarge(one.share.after));
const hasRecovered = (one: Judgement) => hasMoved(one) && !hasLeft(one);

/** The judgements of one column, one for each episode. */
type Column = readonly Judgement[];

/**
 * A column that is the node's own must be right in each episode in company, or the last time that it was tried alone, which goes before those. Others
 * who use this machine disturb a shared one: it must be right in one episode, and of a benign workload wrong in none but all.
 */
function isRight(column: Column, right: (one: Judgement) => boolean): boolean {
  const alone = column.filter(({ inCompany }) => !inCompany);
  const decisive = alone.length === 0 ? column : alone.slice(-1);
  return column[0]?.isShared ? column.some(right) : decisive.every(right);
}

/** Whether this machine was so busy in normal time that the column could not have moved far enough. */
function isBeyondSight(column: Column, episodes: readonly (readonly Judgement[])[]): boolean {
  return column.every(({ isShared, column: name, during }, i) => {
    if (!isShared || during === undefined) return false;
    const pod = episodes[i]?.filter(({ entity }) => entity === 'pod') ?? [];
    return roomOf(name, during.normalMedian, pod) < MOVED * during.unit;
  });
}

/**
 * Judges a scenario by what all of its episodes did.
 *
 * @param episodes for each episode every column, always in the same order
 * @param failure what went wrong when it was last on; what a scenario refuses here it does elsewhere
 */
export function verdictOn(
  { role, moves }: Pick<Scenario, 'role' | 'moves'>,
  episodes: readonly (readonly Judgement[])[],
  failure?: string,
): Verdict {
  if (failure !== undefined)
    return isRefusal(failure) ? { wrong: [], unseen: [failure] } : { wrong: [failure], unseen: [] };
  const columns: Column[] = (episodes[0] ?? []).map((_, i) =>
    episodes.flatMap((episode) => episode[i] ?? []),
  );
  const named = new Set<string>(moves);
  const isNamed = (column: Column) => named.has(column[0]?.column ?? '');
  if (role === 'benign') {
    const strays = columns.filter(
      (column) => !isNamed(column) && !isRight(column, (one) => !(mayHaveMoved(one) && isSudden(one))),
    );
    return { wrong: strays.map((column) => column.map(text).join('; ')), unseen: [] };
  }
  const expected = columns.filter((column) => isNamed(column) && column.some(isThere));
  const wrong = expected.filter((column) => !isRight(column, hasRecovered));
  const unseen = wrong.filter((column) => isBeyondSight(column, episodes));
  const lacking = moves.filter((name) => !expected.some((column) => column[0]?.column === name));
  return {
    wrong: [
      ...wrong.filter((column) => !unseen.includes(column)).map((column) => column.map(text).join('; ')),
      ...lacking.map((name) => `${name}: in no dataset`),
    ],
    unseen: unseen.map((column) => `this machine is too busy to show ${column.map(text).join('; ')}`),
  };
}
