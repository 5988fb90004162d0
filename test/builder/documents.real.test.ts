import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseEpisodes } from '../../dataset/episodes/episodes.ts';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { commandsIn } from '../documents/support/commands.ts';
import { ROOT } from '../support/paths.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { builderProgram } from './support/cli.ts';
import { duckdb } from './support/dataset.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from './support/fleet.ts';
import { pandas } from './support/python.ts';
import { prometheusWith } from './support/tsdb.ts';

/** The first block of that language on a page, of those that begin so. */
function block(page: string, language: string, beginning = ''): string {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  const [, found] = new RegExp(`\`\`\`${language}\n(${beginning}.*?)\`\`\``, 's').exec(text) ?? [];
  if (found === undefined) throw new Error(`no ${language} in docs/${page}`);
  return found;
}

const FORMAT = 'reference/dataset-format.md';

describe("the documents' examples of the builder", () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(6));
    writeFileSync(join(folder, 'dataset.yaml'), 'scrapeInterval: 15s\n');
    writeFileSync(join(folder, 'episodes.csv'), 'episode,scenario,start,end,node\n');
    const range = ['--start', String(FLEET_START_MS / 1000), '--end', String(FLEET_END_MS / 1000)];
    const args = [
      '--config',
      'dataset.yaml',
      '--prometheus',
      prometheus.url,
      ...range,
      '--labels',
      'episodes.csv',
    ];
    expect(await builderProgram(['build', ...args], { cwd: folder })).to.include({ code: 0, stderr: '' });
  });

  after(() => prometheus?.stop());

  it('are episodes', () => {
    const [first, second] = parseEpisodes(block('guides/label-your-incidents.md', 'csv'), 'episodes.csv');
    expect(first?.endMs).to.equal(Date.UTC(2026, 10, 23, 13, 48));
    expect(second?.startMs).to.be.within(Date.UTC(2026, 10, 23), Date.UTC(2026, 10, 24));
  });

  for (const [what, page] of [
    ['file by file, as the manifest names them', 'guides/datasets-in-s3.md'],
    ['all at once', FORMAT],
  ] as const) {
    it(`are read by DuckDB ${what}`, async () => {
      const here = `'${folder}/dataset/`;
      const sql = block(page, 'sql')
        .replaceAll("'s3://datasets/cluster-a/", here)
        .replaceAll("'dataset/", here);
      const [row, ...others] = await duckdb(sql);
      expect(row?.['label']).to.equal('normal');
      expect(others.length).to.equal(1);
    });
  }

  it('verify and draw what was built', async () => {
    const commands = commandsIn({
      path: 'first-dataset.md',
      text: readFileSync(join(ROOT, 'docs/guides/first-dataset.md'), 'utf8'),
    });
    const lines = commands.map(({ words }) => words.join(' '));
    for (const command of ['verify dataset', 'report dataset']) {
      expect(lines).to.include(`node dist/builder/main.js ${command}`);
      expect(await builderProgram(command.split(' '), { cwd: folder })).to.include({ code: 0, stderr: '' });
    }
    expect(readFileSync(join(folder, 'dataset/report.html'), 'utf8')).to.include('</html>');
  });

  it('are read by pandas', async function () {
    const stdout = await pandas(this, block(FORMAT, 'python', 'import json, pandas'), [], folder);
    expect(stdout).to.match(/^normal +\d/m);
  });
});
