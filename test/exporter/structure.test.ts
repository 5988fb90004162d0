import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { agentMetrics } from '../../exporter/catalogue/agent.ts';
import { evidenceMetrics } from '../../exporter/catalogue/evidence.ts';
import { METRICS } from '../../exporter/catalogue/index.ts';
import type { MetricSpec } from '../../exporter/catalogue/model/define.ts';
import { EXTRACTORS } from '../../exporter/extractors/index.ts';
import { extractOnce } from '../support/extract.ts';
import { fixtureHost } from '../support/fixture-host.ts';
import { ROOT } from '../support/paths.ts';

const SOURCE_FOLDERS = [
  'common',
  'exporter',
  'dataset',
  'learning',
  'builder',
  'scenarios',
  'detector',
  'tools',
  'grafana',
  'prometheus',
];

function modulesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.ts') && name !== 'index.ts')
    .map((name) => name.slice(0, -'.ts'.length));
}

function sourcesBelow(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

/** The names of a folder's tests, without their tier. */
function testsIn(folder: string): string[] {
  return modulesIn(folder).map((name) => name.replace(/(\.(real|machine))?\.test$/, ''));
}

/** Repository paths of the project's own modules that a module imports. */
function importsOf(module: string): string[] {
  const text = readFileSync(join(ROOT, module), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) =>
    join(module, '..', path),
  );
}

describe('structure', () => {
  describe('every extractor', () => {
    for (const extractor of EXTRACTORS) {
      const { name } = extractor;

      it(`${name} is named as its file, has a test, and its group lies beside it in the catalogue`, () => {
        expect(modulesIn('exporter/extractors')).to.include(name);
        expect(modulesIn('exporter/catalogue')).to.include(name);
        expect(testsIn('test/exporter/extractors')).to.include(name);
      });

      it(`${name} reads the recorded host in full and is in the golden page with all its metrics`, async () => {
        const { samples, errors } = await extractOnce(extractor, fixtureHost());
        expect(errors).to.deep.equal([]);
        const golden = readFileSync(join(ROOT, 'test', 'golden', 'metrics.txt'), 'utf8');
        for (const metric of Object.values(extractor.metrics)) {
          expect(samples.map((sample) => sample.metric)).to.include(metric);
          expect(golden).to.contain(`\n# TYPE ${metric.name} ${metric.type}\n`);
        }
      });
    }
  });

  it('every parser has a test', () => {
    const tests = testsIn('test/exporter/parsers');
    for (const parser of modulesIn('exporter/parsers')) expect(tests).to.include(parser);
  });

  it('parsers are pure: they import nothing but errors, lines and each other', () => {
    const pure = ['exporter/base/errors.ts', 'exporter/base/lines.ts', ...sourcesBelow('exporter/parsers')];
    for (const parser of pure) {
      expect(
        importsOf(parser).filter((path) => !pure.includes(path)),
        parser,
      ).to.deep.equal([]);
      expect(readFileSync(join(ROOT, parser), 'utf8'), parser).not.to.match(/from 'node:/);
    }
  });

  it('every metric of the catalogue is exposed by an extractor or by the agent, and no other', () => {
    const extracted = EXTRACTORS.flatMap(({ metrics }) => Object.values(metrics));
    const own = [...Object.values(agentMetrics), ...Object.values(evidenceMetrics)];
    const produced = new Set<MetricSpec>([...extracted, ...own]);
    expect(METRICS.filter((metric) => !produced.has(metric)).map(({ name }) => name)).to.deep.equal([]);
    expect([...produced].filter((metric) => !METRICS.includes(metric)).map(({ name }) => name)).to.deep.equal(
      [],
    );
  });

  it('metric names are unique', () => {
    const names = METRICS.map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length);
  });

  it('a node has 24 metrics in two families, those of performance first; each is numbered and in the datasets of nodes', () => {
    const table = METRICS.filter(({ family }) => family !== undefined);
    expect(table).to.have.length(24);
    expect(table.map(({ number }) => number)).to.deep.equal(table.map((_, i) => i + 1));
    expect(METRICS.slice(0, table.length)).to.deep.equal(table);
    const families = table.map(({ family }) => family);
    expect(families).to.deep.equal(families.toSorted());
    for (const { name, datasets } of table) expect(datasets, name).to.include('node');
  });

  it('a metric is in a dataset exactly when it has columns', () => {
    for (const { name, datasets = [], columns } of METRICS)
      expect(datasets.length > 0, name).to.equal(columns.length > 0);
  });

  it('column names are unique', () => {
    const columns = METRICS.flatMap((metric) => metric.columns.map(({ name }) => name));
    expect(new Set(columns).size).to.equal(columns.length);
  });

  it('help texts need no escape that one of the formats does not have', () => {
    for (const { name, help } of METRICS) expect(help, name).not.to.match(/["\\\n]/);
  });

  it('the catalogue is the only part of the exporter that other folders import', () => {
    // A bench times parts of the agent in its own process; the reference of its command line is made of its own flags.
    const mayImport = (module: string) =>
      module.startsWith('tools/bench-exporter/') || module === 'tools/generate/cli-pages.ts';
    const outsiders = SOURCE_FOLDERS.filter((folder) => folder !== 'exporter')
      .flatMap(sourcesBelow)
      .filter((module) => !mayImport(module));
    for (const module of outsiders) {
      const forbidden = importsOf(module).filter(
        (path) => path.startsWith('exporter/') && !path.startsWith('exporter/catalogue/'),
      );
      expect(forbidden, module).to.deep.equal([]);
    }
  });

  it('the agent does not import node:http, but its types, as that loads undici since Node 22', () => {
    const importing = ['exporter', 'common']
      .flatMap(sourcesBelow)
      .filter((module) =>
        /^import (?!type ).* from 'node:http';$/m.test(readFileSync(join(ROOT, module), 'utf8')),
      );
    expect(importing).to.deep.equal([]);
  });

  it('the catalogue imports nothing outside itself', () => {
    for (const module of sourcesBelow('exporter/catalogue')) {
      const outside = importsOf(module).filter((path) => !path.startsWith('exporter/catalogue/'));
      expect(outside, module).to.deep.equal([]);
      expect(readFileSync(join(ROOT, module), 'utf8'), module).not.to.match(/from '[^.]/);
    }
  });
});
