import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Result } from '../builder/benchmark/result.ts';
import { verify } from '../builder/commands/verify.ts';
import { loadPlace } from '../builder/config/load.ts';
import { openStorage } from '../dataset/storage/open.ts';
import { blocksOf, readPages } from '../tools/documents/pages.ts';
import { readBenchmark } from '../tools/lab-campaign/results.ts';
import { builder } from './builder/support/cli.ts';
import { duckdb } from './builder/support/dataset.ts';
import { pandas } from './builder/support/python.ts';
import { ROOT } from './support/paths.ts';

const SAMPLES = join(ROOT, 'samples');
const SAMPLE = join(SAMPLES, 'demo');
const MOST_BYTES = 1_500_000;

/** The first block of that language in README.md, which reads the sample. */
function block(language: string): string {
  const readme = readPages(ROOT).find(({ path }) => path === 'README.md');
  const found = readme && blocksOf(readme).find((one) => one.language === language);
  if (found === undefined) throw new Error(`README.md has no ${language}`);
  return found.text;
}

describe('the sample dataset', () => {
  const manifest = JSON.parse(readFileSync(join(SAMPLE, 'manifest.json'), 'utf8')) as {
    readonly rows: number;
    readonly classBalance: Readonly<Record<string, number>>;
  };

  for (const name of ['demo', 'campaign'])
    it(`${name} is what its manifest claims`, async () => {
      const config = loadPlace(join(SAMPLES, name), {});
      const { differences } = await verify(await openStorage(config.output, config));
      expect(differences).to.deep.equal([]);
    });

  it('of the campaign gives the figures of the benchmark', async () => {
    const place = join(SAMPLES, 'campaign');
    const { code, stdout, stderr } = await builder(['baseline', place, '--leaderboard', 'none', '--json']);
    expect(code, stderr).to.equal(0);
    const { results } = JSON.parse(stdout) as { readonly results: readonly Result[] };
    const known = readBenchmark()?.pod.baselines ?? [];
    expect(results.map(({ model }) => model)).to.have.members(known.map(({ model }) => model));
    for (const { model, rows, averagePrecision } of known) {
      const found = results.find((one) => one.model === model);
      expect(found?.rows, model).to.deep.equal(rows);
      // Another Node may compute exponentials otherwise in the last digit.
      expect(found?.averagePrecision, model).to.be.closeTo(averagePrecision ?? Number.NaN, 0.01);
    }
  });

  it('has a card, Croissant, a report and its episodes, and is small', () => {
    const files = readdirSync(join(ROOT, 'samples'), { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    );
    expect(files.map(({ name }) => name)).to.include.members([
      'README.md',
      'croissant.json',
      'report.html',
      'demo-episodes.csv',
    ]);
    const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
    expect(bytes).to.be.lessThan(MOST_BYTES);
  });

  it("is read by README.md's SQL in DuckDB", async () => {
    const rows = await duckdb(block('sql').replaceAll("'samples/", `'${ROOT}/samples/`));
    expect(rows.map(({ label }) => label)).to.have.members(Object.keys(manifest.classBalance));
    expect(rows.reduce((sum, row) => sum + Number(row['rows']), 0)).to.equal(manifest.rows);
  });

  it("is read by README.md's Python in pandas", async function () {
    const stdout = await pandas(this, block('python'), [], ROOT);
    for (const label of Object.keys(manifest.classBalance)) expect(stdout).to.include(label);
  });
});
