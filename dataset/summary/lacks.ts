/** What a part of a split has too little of to be learnt from, or to be judged by. */
import { recordOf } from '../../common/records.ts';
import type { Minimum } from '../model/minimum.ts';
import { PARTS, type Part } from '../model/rows.ts';
import { UNLABELLED } from './accounts.ts';

type Counts = Readonly<Record<string, number>>;

/** What is known of the rows of each part. */
interface Divided {
  readonly fractions: readonly number[];
  readonly rows: Counts;
  readonly classBalance: Readonly<Record<string, Counts>>;
  readonly normalRows: Counts;
  readonly benignRows: Counts;
  readonly minimum?: Minimum | undefined;
}

/** A part, and what it lacks; at least one of the three is told. */
export interface Lack {
  readonly part: Part;
  /** With how many rows it has of each. */
  readonly classes: Counts;
  readonly benign?: number | undefined;
  readonly normal?: number | undefined;
}

const sum = (counts: Counts) => Object.values(counts).reduce((total, count) => total + count, 0);

/**
 * What the parts that have rows, and a share, lack. A part without rows lacks everything, and is told of otherwise; what one has whose labels
 * nobody told, or are hidden, is not known.
 */
export function lacksOf(
  classBalance: Counts,
  { fractions, rows, classBalance: byPart, normalRows, benignRows, minimum = {} }: Divided,
): Lack[] {
  const classes = Object.keys(classBalance).filter((name) => name !== 'normal' && name !== UNLABELLED);
  const { class: ofClass = 1, benign = 1, normal = 1 } = minimum;
  return PARTS.flatMap((part, i) => {
    const isTold = Object.keys(byPart[part] ?? {}).some((name) => name !== UNLABELLED);
    if ((fractions[i] ?? 0) === 0 || !rows[part] || (!isTold && classes.length > 0)) return [];
    const few = classes
      .map((name) => [name, byPart[part]?.[name] ?? 0] as const)
      .filter(([, count]) => count < ofClass);
    const [alike, calm] = [benignRows[part] ?? 0, normalRows[part] ?? 0];
    const lacksBenign = sum(benignRows) > 0 && alike < benign;
    // Where nothing is labelled nobody knows what is normal.
    const lacksNormal = 'normal' in classBalance && calm < normal;
    if (few.length === 0 && !lacksBenign && !lacksNormal) return [];
    const told = { ...(lacksBenign && { benign: alike }), ...(lacksNormal && { normal: calm }) };
    return [{ part, classes: recordOf(few), ...told }];
  });
}

const counted = (count: number) => (count === 0 ? 'no rows' : count === 1 ? '1 row' : `${count} rows`);

/** `test has no rows of cpu_burn and port_scan, and no rows of benign workloads` */
export function lackText({ part, classes, benign, normal }: Lack): string {
  const names = Object.entries(classes);
  const none = names.filter(([, count]) => count === 0).map(([name]) => name);
  const few = names.filter(([, count]) => count > 0).map(([name, count]) => `${counted(count)} of ${name}`);
  const parts = [
    ...(none.length === 0 ? [] : [`no rows of ${none.join(', ')}`]),
    ...few,
    ...(benign === undefined ? [] : [`${counted(benign)} of benign workloads`]),
    ...(normal === undefined ? [] : [`${counted(normal)} of plain normal time`]),
  ];
  return `${part} has ${parts.join('; ')}`;
}
