import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { program } from '../../tools/programs/find.ts';
import { objectionsTo } from '../../tools/test-cluster/judge.ts';
import { reasonOf } from '../../tools/test-cluster/kubectl.ts';
import { imageParts, writeLab } from '../../tools/test-cluster/overlay.ts';
import { runSteps, type Step } from '../../tools/test-cluster/steps.ts';
import { builder, runProgram } from '../builder/support/cli.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from '../builder/support/fleet.ts';
import { prometheusWith } from '../builder/support/tsdb.ts';
import { needsKubectl } from '../manifests/support/overlays.ts';
import { ROOT } from '../support/paths.ts';
import { temporaryFolder } from '../support/temporary.ts';

const MAIN = join(ROOT, 'dist', 'tools', 'test-cluster', 'main.js');
const LAB = join(ROOT, 'manifests', 'overlays', 'lab');
const DIGEST = `sha256:${'0'.repeat(64)}`;

describe('npm run test:cluster', () => {
  const newFolder = temporaryFolder();

  const run = (args: readonly string[], env: NodeJS.ProcessEnv) =>
    runProgram(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env } });

  describe('says in one line why it cannot begin, and ends with 2', () => {
    const image = ['--image', 'registry/kubevigil:0.1.0'];
    for (const [name, args, env, said] of [
      ['without KUBECONFIG', image, { KUBECONFIG: '' }, /set KUBECONFIG/],
      [
        'without kubectl',
        image,
        { KUBECONFIG: '/none', PATH: '/none' },
        /no kubectl on PATH: install kubectl/,
      ],
      ['without an image', [], { KUBECONFIG: '/none' }, /--image/],
      ['with an image of no version', ['--image', 'r/k'], { KUBECONFIG: '/none' }, /r\/k names no version/],
    ] as const) {
      it(name, async () => {
        const { code, stdout, stderr } = await run(args, env);
        expect(stderr)
          .to.match(/^test:cluster: [^\n]*\n$/)
          .and.match(said);
        expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      });
    }

    it('without a cluster that answers', async function () {
      await needsKubectl.call(this);
      const config = join(newFolder(), 'config');
      const server = { server: 'https://127.0.0.1:1' };
      const kubeconfig = {
        ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'none' },
        clusters: [{ name: 'none', cluster: server }],
        contexts: [{ name: 'none', context: { cluster: 'none', user: 'none' } }],
        users: [{ name: 'none', user: {} }],
      };
      writeFileSync(config, JSON.stringify(kubeconfig));
      const kubectl = ['--kubectl', await program('kubectl')];
      const { code, stderr } = await run([...image, ...kubectl], { KUBECONFIG: config });
      expect(stderr).to.match(
        /^test:cluster: the cluster of KUBECONFIG cannot be reached: kubectl version [^\n]+\n$/,
      );
      expect(code).to.equal(2);
    });
  });

  describe('on a cluster that answers in part', () => {
    /** Stands for kubectl: a cluster cannot run here. Answers by what is asked, and notes what was. */
    function cluster(answers: Readonly<Record<string, string>>): { file: string; calls(): string[] } {
      const folder = newFolder();
      const file = join(folder, 'kubectl');
      const log = join(folder, 'calls');
      const script = `#!${process.execPath}
const { appendFileSync, readFileSync } = require('node:fs');
const call = process.argv.slice(2).join(' ');
appendFileSync(${JSON.stringify(log)}, call + '\\n');
const [, answer] = Object.entries(${JSON.stringify(answers)}).find(([begin]) => call.includes(begin)) ?? [];
if (answer === undefined) { process.stderr.write('Warning: old\\nerror: timed out waiting for the condition\\n'); process.exit(1); }
process.stdout.write(answer.startsWith('file:') ? readFileSync(answer.slice(5)) : answer);
`;
      writeFileSync(file, script);
      chmodSync(file, 0o755);
      return { file, calls: () => readFileSync(log, 'utf8').trim().split('\n') };
    }
    const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
    const ANSWERS = {
      version: JSON.stringify({ serverVersion: { gitVersion: 'v1.37.0' } }),
      'get nodes': JSON.stringify({ items: [{ metadata: { name: 'node-1' }, status: ready }] }),
      'get namespace': '',
      'apply -k': 'namespace/kubevigil created\n',
      'apply -f': '',
      'delete -k': '',
    };
    const start = (file: string) =>
      run(['--image', `registry/kubevigil@${DIGEST}`, '--kubectl', file, '--output', newFolder()], {
        KUBECONFIG: '/some',
      });

    it('goes all the way to a dataset that is verified', async () => {
      const folder = newFolder();
      const prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(41));
      try {
        const times = [0.5, 1].map((hours) => FLEET_START_MS + hours * 3_600_000);
        const episodes = ['cpu_burn', 'disk_thrash'].map(
          (scenario, i) => `e${i},${scenario},${times[i]},${(times[i] ?? 0) + 120_000},node-a`,
        );
        const labels = join(folder, 'episodes.csv');
        writeFileSync(labels, `episode,scenario,start,end,node\n${episodes.join('\n')}\n`);
        const config = join(ROOT, 'tools', 'simulate-scale', 'build.yaml');
        const range = [FLEET_START_MS, FLEET_END_MS].map((ms) => String(ms / 1000));
        const built = await builder([
          ...['build', '--config', config, '--prometheus', prometheus.url, '--labels', labels],
          ...['--output', join(folder, 'dataset'), '--start', range[0] ?? '', '--end', range[1] ?? ''],
        ]);
        expect(built).to.include({ code: 0 });
      } finally {
        await prometheus.stop();
      }
      execFileSync('tar', ['-cf', join(folder, 'dataset.tar'), '-C', folder, 'dataset']);
      const names = ['node-a', 'node-b'];
      const items = names.map((name) => ({ metadata: { name }, status: ready }));
      const up = names.map((node) => ({ metric: { node }, value: [0, '1'] }));
      const { file, calls } = cluster({
        ...ANSWERS,
        'get nodes': JSON.stringify({ items }),
        'rollout status': '',
        'query=up': JSON.stringify({ data: { result: up } }),
        'query=kubevigil_extractor_success': JSON.stringify({ data: { result: [] } }),
        'main.js run': '2 episodes are in /tmp/campaign.csv\n',
        'create job': '',
        wait: '',
        'tar -cf': `file:${join(folder, 'dataset.tar')}`,
      });
      const { code, stdout, stderr } = await start(file);
      expect(stderr).to.equal('');
      expect(code).to.equal(0);
      expect(stdout).to.match(/^ok wait until every node is scraped .*: all extractors succeed$/m);
      expect(stdout).to.match(/^ok verify the dataset .*: \d+ rows: .*cpu_burn \d+/m);
      expect(calls()).to.include('-n kubevigil create job --from=cronjob/kubevigil-builder test-cluster');
      expect(calls().at(-1)).to.match(/^delete -k /);
    });

    it('names the step that failed and what kubectl said, and cleans up', async () => {
      const { file, calls } = cluster(ANSWERS);
      const { code, stdout, stderr } = await start(file);
      expect(stdout).to.match(
        /^ok reach the cluster \(.*\): v1\.37\.0\nok find its nodes .*1 ready: node-1\n/,
      );
      expect(stdout).to.match(/ok clean up/);
      expect(stderr).to.equal(
        'test:cluster: wait for the exporters: kubectl -n kubevigil-agents rollout: error: timed out waiting for the condition\n',
      );
      expect(code).to.equal(1);
      expect(calls().at(-1)).to.match(/^delete -k /);
    });

    it('says what else went wrong when cleaning up fails too', async () => {
      const { 'delete -k': _, ...rest } = ANSWERS;
      const { code, stderr } = await start(cluster(rest).file);
      expect(stderr).to.match(
        /^test:cluster: wait for the exporters: .*: and then clean up: kubectl delete -k [^\n]*\n$/,
      );
      expect(code).to.equal(1);
    });

    it('touches nothing where there is something of ours', async () => {
      const { file, calls } = cluster({ ...ANSWERS, 'get namespace': 'namespace/kubevigil\n' });
      const { code, stderr } = await start(file);
      expect(stderr).to.match(/find nothing of ours there: namespace\/kubevigil is there already/);
      expect(code).to.equal(1);
      expect(calls().filter((call) => /^(apply|delete)/.test(call))).to.deep.equal([]);
    });
  });

  it('cleans up after success, and fails when only that does', async () => {
    const done: string[] = [];
    const step = (name: string): Step => ({ name, run: async () => name });
    const report = { done: (name: string) => void done.push(name) };
    await runSteps([step('a'), step('b')], step('clean'), report);
    expect(done).to.deep.equal(['a', 'b', 'clean']);
    const failing: Step = { name: 'clean', run: () => Promise.reject(new Error('no')) };
    const error = await runSteps([step('a')], failing, report).catch(String);
    expect(error).to.equal('StepError: clean: no');
  });

  it('tells how long each step took', async () => {
    const took = new Map<string, number>();
    const report = { done: (name: string, seconds: number) => void took.set(name, seconds) };
    const slow = (name: string, ms: number): Step => ({ name, run: () => sleep(ms, undefined) });
    await runSteps([slow('a', 60), slow('b', 0)], slow('clean', 30), report);
    expect(took.get('a')).to.be.at.least(0.05);
    expect(took.get('clean')).to.be.at.least(0.02);
  });

  it('tells tags and digests from what names no version', () => {
    expect(imageParts('registry:5000/a/kubevigil:0.1.0')).to.deep.equal({
      newName: 'registry:5000/a/kubevigil',
      newTag: '0.1.0',
    });
    expect(imageParts(`r/k@${DIGEST}`)).to.deep.equal({ newName: 'r/k', digest: DIGEST });
    for (const image of ['k', 'registry:5000/k', 'k:latest', 'k@sha256:0']) {
      expect(() => imageParts(image), image).to.throw(/names no version/);
    }
  });

  it('applies the lab with the given image, plan and dataset', async function () {
    await needsKubectl.call(this);
    const folder = join(newFolder(), 'overlay');
    writeLab(folder, LAB, { image: `r/k@${DIGEST}`, plan: { name: 'own' }, dataset: { last: '7m' } });
    const text = execFileSync(await program('kubectl'), ['kustomize', folder], { encoding: 'utf8' });
    const images = [...text.matchAll(/^ +image: (.*)$/gm)].map(([, image]) => image);
    expect(images.filter((image) => image === `r/k@${DIGEST}`)).to.have.length(5);
    expect(images.filter((image) => /kubevigil/.test(image ?? ''))).to.deep.equal([]);
    const maps = parseAllDocuments(text)
      .map((document) => document.toJS() as { kind: string; data: Record<string, string> })
      .filter(({ kind }) => kind === 'ConfigMap');
    const files = Object.assign({}, ...maps.map(({ data }) => data)) as Record<string, string>;
    expect(files['plan.yaml']).to.equal('name: own\n');
    expect(files['dataset.yaml']).to.equal('last: 7m\n');
    expect(existsSync(join(LAB, 'kustomization.yaml'))).to.equal(true);
  });

  it('judges a dataset by what the campaign did', () => {
    const good = {
      ...{ rows: 10, entities: [{ cluster: null, node: 'a' }], gaps: [] },
      classBalance: { normal: 8, cpu_burn: 2 },
    };
    const wanted = { nodes: ['a'], scenarios: ['cpu_burn'] };
    expect(objectionsTo(good, wanted)).to.deep.equal([]);
    expect(
      objectionsTo({ ...good, rows: 0, classBalance: {} }, { nodes: ['a', 'b'], scenarios: ['x'] }),
    ).to.deep.equal([
      'it has no rows',
      'nodes without a row: b',
      'scenarios without a row: x',
      'no row is normal',
    ]);
  });

  it('gives the last thing that kubectl said', () => {
    expect(reasonOf('Warning: x\nError from server: no\n\n')).to.equal('Error from server: no');
    expect(reasonOf('')).to.equal('it said nothing');
  });
});
