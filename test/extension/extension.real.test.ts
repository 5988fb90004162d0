import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Manifest } from '../../dataset/model/manifest.ts';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { type Ended, runProgram } from '../builder/support/cli.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from '../builder/support/fleet.ts';
import { prometheusWith } from '../builder/support/tsdb.ts';
import { ask, startService } from '../scenarios/support/service.ts';
import { startExporter } from '../support/exporter.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { ADDITIONS } from './support/additions.ts';
import { add, copyTree, differingFiles } from './support/copied-tree.ts';

/** One of each kind is added to a copy of the tree, and the generator writes what follows: nothing else is touched by hand. */
describe('an addition of each kind', () => {
  const newFolder = temporaryFolder();
  let tree: string;
  let generated: string[];
  const read = (path: string) => readFileSync(join(tree, path), 'utf8');
  const run = (file: string, args: readonly string[]): Promise<Ended> =>
    runProgram(file, args, { cwd: tree });
  const own = (program: string, args: readonly string[]) =>
    run(process.execPath, [join(tree, 'dist', program, 'main.js'), ...args]);

  before(async () => {
    tree = newFolder();
    copyTree(tree);
    for (const addition of ADDITIONS) add(tree, addition);
    const { code, stdout, stderr } = await run('npm', ['run', '--silent', 'generate']);
    expect(code, stderr).to.equal(0);
    generated = [...stdout.matchAll(/^generated (.+)$/gm)].map(([, path = '']) => path);
    // Several checkers take less time, but each works out the same types again.
    const tsc = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--checkers', '1'];
    const compiled = await run(process.execPath, tsc);
    expect(compiled.stdout).to.equal('');
    expect(compiled.code).to.equal(0);
  });

  it('touches its own files and entries, and what the generator writes', () => {
    const byHand = ADDITIONS.flatMap(({ files = {}, entries = {} }) => Object.keys({ ...files, ...entries }));
    expect(differingFiles(tree)).to.deep.equal([...new Set([...byHand, ...generated])].sort());
  });

  it('a metric is on the page, in the reference, in the recording rules and on the dashboard of a node', async () => {
    const exporter = await startExporter([], { root: tree });
    try {
      const page = await (await fetch(`http://${exporter.address}/metrics`)).text();
      expect(page).to.match(/^kubevigil_extra_beats_total 7$/m);
    } finally {
      await exporter.stop();
    }
    const places = [
      'docs/reference/metrics.md',
      'prometheus/rules/recording.yml',
      'grafana/dashboards/kubevigil-node.json',
    ];
    for (const path of places) expect(read(path), path).to.include('kubevigil_extra_beats_total');
  });

  it('a column is in the reference and in the recording rules', () => {
    expect(read('docs/reference/columns.md')).to.include('`extra_pressure_ratio`');
    expect(read('prometheus/rules/recording.yml')).to.include('node:kubevigil_extra_pressure_ratio:rate1m');
  });

  it('an alert has a rule, a runbook and a test of promtool', () => {
    for (const path of ['prometheus/rules/alerts.yml', 'prometheus/generated/prometheusrule.yaml'])
      expect(read(path), path).to.include('alert: KubevigilExtraAdded');
    const written = (folder: string) =>
      generated.filter((path) => path.startsWith(folder) && read(path).includes('KubevigilExtraAdded'));
    expect(written('prometheus/runbooks/')).not.to.deep.equal([]);
    expect(written('prometheus/tests/')).not.to.deep.equal([]);
  });

  it('a panel is on its dashboard', () => {
    expect(read('grafana/dashboards/kubevigil-datasets.json')).to.include('"Extra panel"');
  });

  it('a rule is in the reference, and holds', async () => {
    expect(read('docs/reference/default-rules.md')).to.include('`extra_line`');
    const { code, stderr } = await own('exporter', ['check-rules', 'exporter/rules/default.yaml']);
    expect(code, stderr).to.equal(0);
  });

  it('a scenario is in the reference, and offered by the service', async () => {
    expect(read('docs/reference/scenarios.md')).to.include('`extra_load`');
    const service = await startService(newFolder(), [], {}, tree);
    try {
      const { body } = await ask(`${service.url}/scenarios`);
      const offered = JSON.parse(body) as { scenarios: { name: string }[] };
      expect(offered.scenarios.map(({ name }) => name)).to.include('extra_load');
    } finally {
      await service.end();
    }
  });

  describe('of the builder', () => {
    let prometheus: RunningPrometheus;
    let folder: string;
    let config: string;
    let manifest: Manifest;
    let help: string;

    before(async () => {
      folder = newFolder();
      mkdirSync(join(folder, 'below'));
      prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(2));
      config = join(folder, 'dataset.yaml');
      writeFileSync(
        config,
        `scrapeInterval: 15s\nextra: {below: ${join(folder, 'below')}}\nlabels: [{extra: {node: node-a}}]\n`,
      );
      const iso = (ms: number) => new Date(ms).toISOString();
      const { code, stderr } = await own('builder', [
        ...['build', '--config', config, '--prometheus', prometheus.url, '--format', 'jsonl'],
        ...['--start', iso(FLEET_START_MS), '--end', iso(FLEET_END_MS), '--output', 'extra://made'],
      ]);
      expect(stderr).to.equal('');
      expect(code).to.equal(0);
      manifest = JSON.parse(readFileSync(join(folder, 'below/made/manifest.json'), 'utf8'));
      help = (await own('builder', ['build', '--help'])).stdout.replaceAll(/\s+/g, ' ');
    });

    after(async () => {
      await prometheus?.stop();
    });

    it('a format is offered, written, read back, and described', async () => {
      expect(help).to.include('choices: "csv", "jsonl", "parquet"');
      expect(manifest.format).to.equal('jsonl');
      expect(manifest.rows).to.be.greaterThan(0);
      for (const { path } of manifest.files) expect(path).to.match(/\.jsonl$/);
      const beside = (file: string) => readFileSync(join(folder, 'below/made', file), 'utf8');
      expect(beside('README.md')).to.include('Each line is an array of values.');
      expect(beside('README.md')).to.include('by a recipe that a test has added');
      expect(beside('croissant.json')).to.include('application/jsonl');
      const verified = await own('builder', ['verify', 'extra://made', '--config', config]);
      expect(verified.stderr).to.equal('');
      expect(verified.stdout).to.match(/^ok: /);
    });

    it('a label source labels, and is in the manifest', () => {
      expect(manifest.labels.map(({ kind }) => kind)).to.deep.equal(['extra']);
      expect(Object.keys(manifest.classBalance)).to.include('extra');
    });

    it('a storage is a place, with its section and in the help', async () => {
      expect(help).to.include('a folder, or extra://name, or s3://bucket/prefix');
      const ofVerify = (await own('builder', ['verify', '--help'])).stdout.replaceAll(/\s+/g, ' ');
      expect(ofVerify).to.include('extra section says how to reach extra://…');
      const wrong = join(folder, 'wrong.yaml');
      writeFileSync(wrong, 'extra: {below: 1}\n');
      const { code, stderr } = await own('builder', ['verify', 'extra://made', '--config', wrong]);
      expect(stderr).to.match(/^kubevigil-builder: config \S+: extra\.below: /);
      expect(code).to.equal(2);
    });

    it('columns of the catalogue are in the dataset', () => {
      expect(manifest.columns.map(({ name }) => name)).to.include.members([
        'extra_beats_per_second',
        'extra_pressure_ratio',
      ]);
    });
  });
});
