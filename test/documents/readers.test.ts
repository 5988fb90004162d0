import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readPages } from '../../tools/documents/pages.ts';
import { ROOT } from '../support/paths.ts';

/** Other texts that show people how a dataset is read. */
const OTHERS = ['tools/demo/main.ts', 'docs/guides/starter.ipynb', 'dataset/formats/parquet/recipes.ts'];
/** A call that is given files of a dataset, up to the end of its statement or line. */
const CALL = /read_parquet\([^;\n]*/g;
const WITHOUT_FOLDERS = /partitioning=None|hive_partitioning ?= ?[Ff]alse/;

describe('code that reads Parquet', () => {
  const texts = [
    ...readPages(ROOT).map(({ path, text }) => ({ path, text })),
    ...OTHERS.map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') })),
  ];
  const calls = texts.flatMap(({ path, text }) => [...text.matchAll(CALL)].map(([call]) => ({ path, call })));

  it('makes no column of the names of folders, which would tell train from test', () => {
    expect(calls.length).to.be.greaterThan(8);
    for (const { path, call } of calls) expect(call, path).to.match(WITHOUT_FOLDERS);
  });
});
