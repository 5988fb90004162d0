import { expect } from 'chai';
import { InputFile } from '../../../dataset/files/input-file.ts';
import { tablesOfCopy } from '../../../dataset/folder/read-rows.ts';
import { FORMATS } from '../../../dataset/formats/registry.ts';
import { FORMAT_NAMES } from '../../../dataset/model/format-names.ts';
import { strings, type TableColumn, tableColumns } from '../../../dataset/model/table.ts';
import { everywhere } from '../../../dataset/model/text-column.ts';
import { temporaryPaths } from '../../support/temporary.ts';

/** One row, with what its columns are called as texts. */
function rowOf(columns: ReturnType<typeof tableColumns>): TableColumn[] {
  return columns.map(({ name, type }) =>
    type === 'string'
      ? { name, type, ...everywhere(name, 1) }
      : { name, type, values: Float64Array.of(type === 'timestamp' ? Date.UTC(2026, 2, 29) : 1) },
  );
}

describe('rows of a dataset of pods', () => {
  const path = temporaryPaths();

  for (const format of FORMAT_NAMES)
    for (const involvement of [false, true])
      it(`are read from ${format} ${involvement ? 'with' : 'from before there was'} the column involvement`, async () => {
        const columns = tableColumns(['processes'], 'pod', involvement);
        const file = path(`rows.${format}`);
        const written = FORMATS[format].open(file, columns);
        written.write({ rows: 1, columns: rowOf(columns) });
        written.close();
        const manifest = columns.map((column) => ({ ...column, help: '', nulls: 0 }));
        const copy = { file: new InputFile(file), release: () => {} };
        for await (const table of tablesOfCopy(copy, { format, columns: manifest })) {
          expect(table.columns.map(({ name }) => name)).to.deep.equal(columns.map(({ name }) => name));
          expect(strings(table, 'pod')).to.deep.equal(['pod']);
          if (involvement) expect(strings(table, 'involvement')).to.deep.equal(['involvement']);
        }
      });
});
