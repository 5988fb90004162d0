/** Whether datasets of several labs can be one: what they must have alike, and what is said when they have not. */
import { isDeepStrictEqual } from 'node:util';
import { BuilderError } from '../../common/errors.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';

/** A dataset to be joined, under the name of the lab that made it. */
export interface Lab {
  readonly lab: string;
  readonly manifest: Manifest;
}

/** Columns that a message names. */
const SHOWN = 5;

function refuse(a: Lab, b: Lab, what: string): never {
  throw new BuilderError('output', `${a.lab} and ${b.lab} cannot be joined: ${what}`);
}

type Column = Manifest['columns'][number];

/** What is the same in columns of one meaning. How an expression is written is its meaning. */
const MEANING = ['type', 'unit', 'metric', 'window'] as const;

function cut(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return more > 0 ? `${names.slice(0, SHOWN).join(', ')} and ${more} more` : names.join(', ');
}

/** The first difference between two columns of one name, in words. */
function columnDifference(a: Lab, b: Lab, one: Column, other: Column): string | undefined {
  const keys = one.metric === undefined && one.type === 'double' ? [...MEANING, 'promql' as const] : MEANING;
  const key = keys.find((each) => one[each] !== other[each]);
  if (key === undefined) return undefined;
  const said = (value: unknown) => (value === undefined ? 'none' : String(value));
  return `column ${one.name} has the ${key} ${said(one[key])} in ${a.lab}, and ${said(other[key])} in ${b.lab}`;
}

function checkColumns(a: Lab, b: Lab): void {
  const [one, other] = [a.manifest.columns, b.manifest.columns];
  const lacking = (from: readonly Column[], than: readonly Column[]) =>
    from.filter(({ name }) => !than.some((column) => column.name === name)).map(({ name }) => name);
  const [onlyA, onlyB] = [lacking(one, other), lacking(other, one)];
  if (onlyA.length > 0 || onlyB.length > 0) {
    const parts = [
      ...(onlyA.length > 0 ? [`${a.lab} alone has ${cut(onlyA)}`] : []),
      ...(onlyB.length > 0 ? [`${b.lab} alone has ${cut(onlyB)}`] : []),
    ];
    refuse(a, b, `their columns differ: ${parts.join('; ')}: build both with the same columns`);
  }
  for (const column of one) {
    const there = other.find(({ name }) => name === column.name) as Column;
    const difference = columnDifference(a, b, column, there);
    if (difference !== undefined) refuse(a, b, difference);
  }
  const place = one.findIndex(({ name }, i) => other[i]?.name !== name);
  if (place >= 0)
    refuse(
      a,
      b,
      `column ${place + 1} is ${one[place]?.name} in ${a.lab}, and ${other[place]?.name} in ${b.lab}: build both with the columns in the same order`,
    );
}

/**
 * @throws {BuilderError} `output`, in one line that names the first difference
 */
export function checkJoinable(labs: readonly Lab[]): void {
  const [first, ...others] = labs as [Lab, ...Lab[]];
  for (const { lab, manifest } of labs) {
    if (manifest.joined !== undefined)
      throw new BuilderError('output', `${lab} was joined itself: join the datasets that it is made of`);
    if (manifest.shard !== undefined)
      throw new BuilderError('output', `${lab} is a shard: merge it with the others first`);
  }
  for (const other of others) {
    for (const key of ['entity', 'step', 'window'] as const) {
      const [one, two] = [first.manifest[key], other.manifest[key]];
      if (one !== two) refuse(first, other, `${key} is ${one} in ${first.lab}, and ${two} in ${other.lab}`);
    }
    const hides = ({ manifest: { pseudonyms } }: Lab) => pseudonyms?.columns;
    if (!isDeepStrictEqual(hides(first), hides(other))) {
      const said = (lab: Lab) =>
        hides(lab) === undefined ? 'real names' : `pseudonyms (${hides(lab)?.join(', ')})`;
      refuse(
        first,
        other,
        `${first.lab} has ${said(first)}, and ${other.lab} has ${said(other)}: build both with --pseudonymise, or neither`,
      );
    }
    checkColumns(first, other);
  }
  labs.forEach((one, i) => {
    const same = labs.slice(0, i).find(({ manifest }) => manifest.rowsDigest === one.manifest.rowsDigest);
    if (same !== undefined) refuse(same, one, 'they have the same rows, which would be there twice');
  });
}
