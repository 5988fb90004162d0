import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { verify } from '../../../builder/commands/verify.ts';
import { writeReport } from '../../../builder/report/report.ts';
import { everywhere } from '../../../dataset/model/text-column.ts';
import { localStorage } from '../../../dataset/storage/local/local-storage.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { builder, builderProgram } from '../support/cli.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from '../support/fleet.ts';
import { prometheusWith } from '../support/tsdb.ts';
import { render } from './support/browser.ts';
import { nodeRows, writeDataset } from './support/written.ts';

const HOSTILE = `<img src=x onerror=alert(1)>"'&`;
const SECTIONS = ['summary', 'coverage', 'classes', 'auc', 'features', 'missing', 'statistics'];

/** The document without what a browser shows of it as text. */
function markup(document: string): string {
  return document.replace(/>[^<]*</g, '><');
}

describe('builder report', () => {
  const newFolder = temporaryFolder();

  describe('of a dataset from a real Prometheus', () => {
    let folder: string;
    let document: string;

    before(async () => {
      folder = newFolder();
      const series = fleet(5).map(({ labels, samples }) => ({
        labels: labels['node'] === 'node-b' ? { ...labels, node: HOSTILE } : labels,
        samples,
      }));
      const prometheus = await prometheusWith(join(folder, 'prometheus'), series);
      const at = (minutes: number) => String(FLEET_START_MS + minutes * 60_000);
      writeFileSync(
        join(folder, 'episodes.csv'),
        [
          'episode,scenario,start,end,node,role',
          `e1,cpu_burn,${at(10)},${at(18)},node-a,attack`,
          `e2,"</title><script>alert(2)</script>",${at(40)},${at(46)},node-a,victim`,
          `e3,load_spike,${at(60)},${at(66)},node-a,benign`,
          '',
        ].join('\n'),
      );
      writeFileSync(
        join(folder, 'dataset.yaml'),
        'scrapeInterval: 15s\nlabels: [{episodes: episodes.csv}]\n',
      );
      try {
        const { code, stderr } = await builder([
          'build',
          ...['--config', join(folder, 'dataset.yaml'), '--prometheus', prometheus.url],
          ...['--start', String(FLEET_START_MS / 1000), '--end', String(FLEET_END_MS / 1000)],
          ...['--output', join(folder, 'dataset')],
        ]);
        expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      } finally {
        await prometheus.stop();
      }
      const { code, stdout } = await builderProgram(['report', join(folder, 'dataset')]);
      const path = join(folder, 'dataset', 'report.html');
      expect({ code, stdout }).to.deep.equal({ code: 0, stdout: `${path}\n` });
      document = readFileSync(path, 'utf8');
    });

    it('has every section, the classes and the features', () => {
      for (const id of SECTIONS) expect(document).to.include(`<section id="${id}">`);
      for (const text of ['cpu_burn', 'node-a', 'id="feature-forks_per_second"'])
        expect(document).to.include(text);
    });

    it('lets no name become markup, loads nothing and runs nothing', () => {
      expect(document).not.to.match(/<(img|script)/i);
      expect(document).to.include('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;');
      const references = [...markup(document).matchAll(/\s(?:href|src)="([^"]*)"/g)].map(
        ([, target]) => target,
      );
      expect(references.filter((target) => !target?.startsWith('#'))).to.deep.equal(['data:,']);
      expect(document.replaceAll(/url\(#[a-z]+\)/g, '')).not.to.match(/url\(|@import/);
    });

    it('has an id for everything that is referred to', () => {
      const ids = new Set([...document.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id));
      const referred = [...document.matchAll(/(?:href="|url\()#([^")]*)/g)].map(([, id]) => id);
      expect(ids.size).to.equal([...document.matchAll(/\sid="/g)].length);
      for (const id of referred) expect(ids).to.include(id);
    });

    it('is shown by a real browser without a complaint or a request for more', async function () {
      const { dom, complaints, requests } = await render(this, document, newFolder());
      expect(complaints).to.deep.equal([]);
      expect(requests).to.deep.equal(['/report.html']);
      expect(dom).to.match(/<\/html>\s*$/);
      expect(dom).not.to.match(/NaN|undefined|Infinity|\[object/);
      for (const id of SECTIONS) expect(dom).to.include(`<section id="${id}">`);
      expect(dom.match(/<path class="line" d="M/g)?.length).to.be.above(10);
    });

    it('is the same bytes again, and verify tells it from one of other rows', async () => {
      const path = await writeReport(localStorage(join(folder, 'dataset')));
      expect(readFileSync(path, 'utf8')).to.equal(document);
      const differences = async () => (await verify(localStorage(join(folder, 'dataset')))).differences;
      expect(await differences()).to.deep.equal([]);
      writeFileSync(path, document.replace(/<code>[0-9a-f]{64}/, `<code>${'0'.repeat(64)}`));
      expect(await differences()).to.deep.equal(['report.html: shows other rows: draw it again']);
      writeFileSync(path, document);
    });

    it('is not made of files that are not what the manifest says', async () => {
      const damaged = newFolder();
      writeDataset(damaged, [nodeRows('n', Float64Array.of(1, 2, 3), () => false, 'x')]);
      appendFileSync(join(damaged, 'data/date=2026-11-23/part-0.csv'), '\n');
      const { code, stderr } = await builder(['report', damaged]);
      expect(stderr).to.match(
        /^kubevigil-builder: .*part-0\.csv: is not what the manifest says: verify the dataset\n$/,
      );
      expect(code).to.equal(1);
      expect(existsSync(join(damaged, 'report.html'))).to.equal(false);
    });

    it('says where there is no dataset', async () => {
      const { code, stderr } = await builder(['report', newFolder()]);
      expect(stderr).to.match(/^kubevigil-builder: .* holds no dataset: there is no manifest\.json\n$/);
      expect(code).to.equal(2);
    });
  });

  it('stays small however many rows and nodes there are, and says what it leaves out', async () => {
    const folder = newFolder();
    const scenarios = Array.from({ length: 30 }, (_, i) => `scenario-${String(i).padStart(2, '0')}`);
    const tables = Array.from({ length: 60 }, (_, node) =>
      nodeRows(
        `node-${String(node).padStart(2, '0')}`,
        Float64Array.from({ length: 3000 }, (__, row) => Math.sin(row / 50 + node)),
        (row) => node >= 50 && row % 500 < node,
        scenarios[node % 30] ?? '',
      ),
    );
    const classBalance = Object.fromEntries([...scenarios, 'normal'].map((label) => [label, 1]));
    writeDataset(folder, tables, { classBalance });
    const document = readFileSync(await writeReport(localStorage(folder)), 'utf8');
    expect(document.length).to.be.below(400_000);
    expect(document).to.include('6 of 60 nodes are drawn').and.to.include('40 of 60 nodes are shown');
    // Those with most attack rows.
    expect(document).to.include('<figcaption>node-59<').and.not.to.include('<figcaption>node-49<');
    expect(document).to.include('>A1</text>');
  });

  it('says of a dataset without labels that there is nothing to compare', async () => {
    const folder = newFolder();
    const rows = nodeRows('n', Float64Array.of(1, 2, 3), () => false, '');
    const columns = rows.columns.map((column) => {
      if (column.type === 'timestamp' || ['node', 'split', 'cpu_busy_ratio'].includes(column.name))
        return column;
      return column.type === 'string'
        ? { ...column, ...everywhere(null, rows.rows) }
        : { ...column, values: new Float64Array(rows.rows).fill(Number.NaN) };
    });
    writeDataset(folder, [{ rows: 3, columns }], { classBalance: { unlabelled: 3 }, phases: {} });
    const document = readFileSync(await writeReport(localStorage(folder)), 'utf8');
    expect(document)
      .to.include('nothing to compare')
      .and.not.to.match(/NaN|undefined|suspected leak</);
  });

  it('shows values that no axis can hold, and none at all, without a number that is none', async () => {
    const extremes = [
      [0, 1e300, -1e300, Number.POSITIVE_INFINITY, Number.NaN, 1.7e308],
      [Number.NaN, Number.NaN],
      [5e-324, 0, -0],
      [7, 7, 7],
    ];
    for (const values of extremes) {
      const folder = newFolder();
      writeDataset(folder, [nodeRows('n', Float64Array.from(values), (row) => row === 1, 'cpu_burn')]);
      const document = readFileSync(await writeReport(localStorage(folder)), 'utf8');
      expect(document).not.to.match(/NaN|undefined|Infinity/);
    }
  });
});
