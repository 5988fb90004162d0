import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Series } from '../../learning/table/series.ts';
import { runProgram } from '../builder/support/cli.ts';
import { ROOT } from '../support/paths.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { syntheticDataset } from './support/synthetic.ts';

const MAIN = join(ROOT, 'dist', 'detector', 'main.js');
const detector = (...args: string[]) => runProgram(process.execPath, [MAIN, ...args]);

describe('kubevigil-detector on files of others', function () {
  this.timeout(600_000);
  const newFolder = temporaryFolder();

  it('trains on several, scores and evaluates another, by what is declared of their columns', async () => {
    const folder = newFolder();
    const { columns, series } = syntheticDataset();
    const csvOf = ({ entity, timesMs, values, facts }: Series) => {
      const lines = [...timesMs].map((timeMs, row) => {
        const cells = values.map((own) => (Number.isNaN(own[row]) ? 'NA' : own[row]));
        const label = facts[row]?.label === 'normal' ? '0' : facts[row]?.label;
        return [
          new Date(timeMs).toISOString().slice(0, 19).replace('T', ' '),
          entity.node,
          ...cells,
          label,
        ].join();
      });
      return `when,host,${columns.map(({ name }) => name).join()},kind\n${lines.join('\n')}\n`;
    };
    mkdirSync(join(folder, 'files'));
    const places = series.map((own) => {
      const place = join(folder, 'files', `${own.entity.node}.csv`);
      writeFileSync(place, csvOf(own));
      return place;
    });
    const declaration = join(folder, 'columns.yaml');
    writeFileSync(declaration, 'time: when\ngroup: host\nlabel: kind\nstep: 15s\nignore: [never_moves]\n');
    const declared = ['--declaration', declaration];
    const [, other = '', quiet = ''] = places;
    const models = join(folder, 'models');

    const trained = await detector('train', places[0] ?? '', quiet, '--output', models, ...declared);
    expect(trained.code, trained.stderr).to.equal(0);
    const scored = await detector('score', models, other, ...declared);
    expect(scored.code, scored.stderr).to.equal(0);
    const lines = scored.stdout
      .trimEnd()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as { node: string; score: number | null; classes?: Record<string, number> },
      );
    const facts = series[1]?.facts ?? [];
    expect(lines.map(({ node }) => node)).to.deep.equal(facts.map(() => 'b'));
    const attacks = lines.filter(({ score }, row) => score !== null && facts[row]?.label !== 'normal');
    const found = attacks.filter(({ score }) => (score ?? 0) > 1);
    expect(found.length / attacks.length).to.be.greaterThan(0.8);
    expect(Object.keys(attacks[0]?.classes ?? {})).to.deep.equal([
      'normal',
      'cpu_burn',
      'implant',
      'unknown',
    ]);

    const output = join(folder, 'evaluation');
    const judged = await detector(
      'evaluate',
      models,
      other,
      quiet,
      '--output',
      output,
      '--seeds',
      '1',
      ...declared,
    );
    expect(judged.code, judged.stderr).to.equal(0);
    const evaluation = JSON.parse(readFileSync(join(output, 'eval.json'), 'utf8')) as {
      datasets: { trainedWith: boolean; heldOutRows: number }[];
    };
    expect(evaluation.datasets.map(({ trainedWith }) => trainedWith)).to.deep.equal([false, true]);

    const undeclared = await detector('score', models, other);
    expect(undeclared.code).to.equal(2);
    expect(undeclared.stderr).to.match(/^[^\n]*no dataset of kubevigil-builder[^\n]*--declaration\n$/);
  });
});
