/** Labels that stand apart from the rows: those who make models have the one, the judge has both. */
import { basename } from 'node:path';
import { BuilderError } from '../../common/errors.ts';
import { excerpt } from '../../common/excerpt.ts';
import { INVOLVEMENTS } from '../../dataset/episodes/contract.ts';
import { entityKey, entityText } from '../../dataset/model/entity.ts';
import { NORMAL, type RowFacts, type Series } from '../../learning/table/series.ts';
import { readKeyed } from './keyed-csv.ts';

export interface Labelled {
  readonly series: readonly Series[];
  /** Of the file, or of the rows of the other dataset. */
  readonly sha256: string;
}

/** What optional columns can have beside nothing. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  phase: ['normal', 'attack', 'recovery'],
  involvement: INVOLVEMENTS,
};

/** The series with other facts, of which every row of test has one. */
function withFacts(
  series: readonly Series[],
  factsOf: (series: number, row: number) => Omit<RowFacts, 'split'> | undefined,
  from: string,
): Series[] {
  return series.map((own, i) => ({
    ...own,
    facts: own.facts.map((facts, row) => {
      const told = factsOf(i, row);
      if (told !== undefined) return { ...told, split: facts.split };
      if (facts.split !== 'test') return facts;
      const when = new Date(own.timesMs[row] as number).toISOString();
      throw new BuilderError(
        'data',
        `${from}: has no label for the row of ${entityText(own.entity)} at ${when}`,
      );
    }),
  }));
}

/**
 * Labels of a file: `timestamp,node[,namespace,pod],label[,episode][,role][,involvement][,phase]`.
 *
 * @throws {BuilderError} `data`, naming the line
 */
export async function labelsOfFile(path: string, series: readonly Series[]): Promise<Labelled> {
  const name = basename(path);
  const told = series.map(() => new Map<number, Omit<RowFacts, 'split'>>());
  const shape = { required: ['label'], optional: ['episode', 'role', 'involvement', 'phase'] };
  const { sha256 } = await readKeyed(path, name, series, shape, ({ series: i, row, place, fields }) => {
    const { label = '', episode = '', role = '', involvement, phase = '' } = fields;
    for (const [column, values] of Object.entries(VALUES)) {
      const value = fields[column] ?? '';
      if (value !== '' && !values.includes(value))
        throw new BuilderError(
          'data',
          `${place}: ${column} ${JSON.stringify(excerpt(value))} must be ${values.join(', ')}, or empty`,
        );
    }
    const isAttack = label !== '' && label !== NORMAL;
    told[i]?.set(row, {
      label: label || null,
      episode: episode || null,
      role: role || null,
      ...(involvement !== undefined && { involvement: involvement || null }),
      phase: phase || (label === '' ? null : isAttack ? 'attack' : 'normal'),
    });
  });
  return { series: withFacts(series, (i, row) => told[i]?.get(row), name), sha256 };
}

/**
 * Labels of the rows of another dataset, such as the whole one that a part was published of.
 *
 * @throws {BuilderError} `data` when it has not all the rows of test
 */
export function labelsOfDataset(
  other: { readonly name: string; readonly series: readonly Series[]; readonly rowsDigest: string },
  series: readonly Series[],
): Labelled {
  const byKey = new Map(other.series.map((own) => [entityKey(own.entity), own]));
  const places = new Map<Series, Map<number, number>>();
  const factsOf = (i: number, row: number) => {
    const own = series[i] as Series;
    const there = byKey.get(entityKey(own.entity));
    if (there === undefined) return undefined;
    let rows = places.get(there);
    if (rows === undefined) {
      rows = new Map(Array.from(there.timesMs, (t, at) => [t, at]));
      places.set(there, rows);
    }
    const at = rows.get(own.timesMs[row] as number);
    return at === undefined ? undefined : there.facts[at];
  };
  return { series: withFacts(series, factsOf, other.name), sha256: other.rowsDigest };
}
