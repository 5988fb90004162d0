/** Tables without the labels of what models are judged by. */
import { type Table, type TableColumn, textColumn } from '../../dataset/model/table.ts';
import { rowsWith } from '../../dataset/model/text-column.ts';

/** Parts whose labels are hidden: those of the embargo would tell what is on at the edges of test. */
const HIDDEN_PARTS = ['test', 'embargo'];
/** Columns from which it can be seen what happened in a row. */
const LABEL_COLUMNS = ['label', 'anomaly', 'episode', 'role', 'involvement', 'phase', 'run'];

/** 1 for rows whose labels are hidden. */
export function hiddenRows(table: Table): Uint8Array {
  return rowsWith(textColumn(table, 'split'), (text) => text !== null && HIDDEN_PARTS.includes(text));
}

/** A column whose values in the marked rows are null; a text that is in no other row is not in its list either. */
function hidden(column: TableColumn, isHidden: Uint8Array): TableColumn {
  if (column.type !== 'string')
    return {
      ...column,
      values: column.values.map((value, row) => (isHidden[row] === 1 ? Number.NaN : value)),
    };
  const places = new Map<string | null, number>();
  const placeOf = (text: string | null) => {
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    return place;
  };
  const codes = column.codes.map((code, row) =>
    placeOf(isHidden[row] === 1 ? null : (column.texts[code] ?? null)),
  );
  return { ...column, texts: [...places.keys()], codes };
}

/** The table with the labels of the marked rows null. */
export function withoutLabels(table: Table, isHidden: Uint8Array): Table {
  const columns = table.columns.map((column) =>
    LABEL_COLUMNS.includes(column.name) ? hidden(column, isHidden) : column,
  );
  return { ...table, columns };
}

/** The episodes that rows name. */
export function episodesOf(table: Table): string[] {
  const { texts, codes } = textColumn(table, 'episode');
  const used = new Set(codes);
  return texts.filter((text, code): text is string => text !== null && used.has(code));
}
