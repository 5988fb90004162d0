/** What was made on each node, counted in its dataset. */
import { openStorage } from '../../dataset/storage/open.ts';
import { readRows } from '../../learning/table/read-dataset.ts';
import { NORMAL, type Series } from '../../learning/table/series.ts';
import type { BuiltNode } from './datasets.ts';

export interface NodeFacts {
  readonly rows: number;
  /** Rows of which no value arrived. */
  readonly emptyRows: number;
  readonly attackRows: number;
  /** Episodes. */
  readonly attacks: number;
  readonly benign: number;
}

/** @internal exported for its own tests */
export function factsOf({ timesMs, values, facts }: Pick<Series, 'timesMs' | 'values' | 'facts'>): NodeFacts {
  const rows = [...facts.keys()];
  const isAttack = (row: number) => facts[row]?.label !== NORMAL && facts[row]?.label !== null;
  const episodes = (wanted: boolean) =>
    new Set(
      rows.flatMap((row) => {
        const { episode = null, phase = null } = facts[row] ?? {};
        return phase !== 'recovery' && episode !== null && isAttack(row) === wanted ? [episode] : [];
      }),
    ).size;
  return {
    rows: timesMs.length,
    emptyRows: rows.filter((row) => values.every((column) => Number.isNaN(column[row]))).length,
    attackRows: rows.filter(isAttack).length,
    attacks: episodes(true),
    benign: episodes(false),
  };
}

export async function factsOfDataset({ folder }: BuiltNode): Promise<NodeFacts> {
  const { series } = await readRows(await openStorage(folder), folder);
  const [own] = series;
  if (own === undefined || series.length > 1) throw new Error(`${folder} is not of one node`);
  return factsOf(own);
}
