import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseEpisodes } from '../../dataset/episodes/episodes.ts';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { ROOT } from '../support/paths.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { builderProgram } from './support/cli.ts';
import { duckdb } from './support/dataset.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from './support/fleet.ts';
import { pandas } from './support/python.ts';
import { prometheusWith } from './support/tsdb.ts';

/** A block of that language in the README's section about the builder, counted from 0. */
function block(language: string, index = 0): string {
  const section = readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n## Builder\n')[1] ?? '';
  const found = [...section.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))][index]?.[1];
  if (found === undefined) throw new Error(`no ${language} in the README`);
  return found;
}

describe("the README's examples of the builder", () => {
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
    const [first, second] = parseEpisodes(block('csv'), 'README.md');
    expect(first?.endMs).to.equal(Date.UTC(2026, 10, 23, 13, 48));
    expect(second?.startMs).to.be.within(Date.UTC(2026, 10, 23), Date.UTC(2026, 10, 24));
  });

  for (const [what, index] of [
    ['file by file, as the manifest names them', 0],
    ['all at once', 1],
  ] as const) {
    it(`are read by DuckDB ${what}`, async () => {
      const here = `'${folder}/dataset/`;
      const sql = block('sql', index)
        .replaceAll("'s3://datasets/cluster-a/", here)
        .replaceAll("'dataset/", here);
      const [row, ...others] = await duckdb(sql);
      expect(row?.['label']).to.equal('normal');
      expect(others.length).to.equal(1);
    });
  }

  it('are read by pandas', async function () {
    const stdout = await pandas(this, block('python'), [], folder);
    expect(stdout).to.match(/^normal +\d/m);
  });
});
