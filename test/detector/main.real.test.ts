import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Child, startChild, waitForChild } from '../../tools/programs/child.ts';
import { runProgram } from '../builder/support/cli.ts';
import { duckdb, tableExpression } from '../builder/support/dataset.ts';
import { bytesOf } from '../builder/support/folders.ts';
import { ROOT } from '../support/paths.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { campaignDataset } from './support/campaign.ts';

const DETECTOR = join(ROOT, 'dist', 'detector', 'main.js');

const detectorWith = (env: NodeJS.ProcessEnv, ...args: string[]) =>
  runProgram(process.execPath, [DETECTOR, ...args], { env: { ...process.env, ...env } });
const detector = (...args: string[]) => detectorWith({}, ...args);

async function waitForEnd({ process: own }: Child): Promise<void> {
  if (own.exitCode === null && own.signalCode === null) await once(own, 'exit');
}

interface Line {
  readonly timestamp: string;
  readonly node: string;
  readonly state: string;
  readonly score: number | null;
  readonly p_values?: Readonly<Record<string, number>>;
  readonly classes?: Readonly<Record<string, number>>;
}

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('kubevigil-detector', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let dataset: string;
  let models: string;

  before(async () => {
    folder = newFolder();
    dataset = await campaignDataset(folder);
    models = join(folder, 'models');
    const { code, stdout, stderr } = await detector('train', dataset, '--output', models, '--seed', '7');
    expect(code, stderr).to.equal(0);
    expect(stdout).to.equal(`${join(models, readdirSync(models)[0] ?? '')}\n`);
    expect(stderr).to.match(/^time=\S+ level=info msg="cpu_steal_ratio never moves: it is left out"$/m);
  });

  it('finds in rows that it has not seen what it learned, from a real Prometheus to scores', async () => {
    const { code, stdout, stderr } = await detector('score', models, dataset);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    const select = `SELECT epoch_ms(timestamp)::DOUBLE AS t, node, label, phase, role, split FROM ${tableExpression(dataset, 'parquet')} ORDER BY node, t`;
    const rows = await duckdb(select);
    const lines = linesOf(stdout);
    expect(lines.map(({ timestamp, node }) => [Date.parse(timestamp), node])).to.deep.equal(
      rows.map(({ t, node }) => [t, node]),
    );
    const found = { attacks: 0, alarms: 0, named: 0, quiet: 0, false: 0 };
    rows.forEach(({ label, phase, role, split }, i) => {
      const { score, classes = {}, p_values: pValues = {}, state } = lines[i] as Line;
      if (score === null) {
        expect(state).to.equal('learning');
        return;
      }
      expect(Object.keys(classes)).to.deep.equal(['normal', 'cpu_burn', 'fork_burst', 'implant', 'unknown']);
      expect(Object.keys(pValues)).to.deep.equal(['classifier', 'novelty', 'rules', 'missing']);
      expect(Object.values(classes).reduce((a, b) => a + b, 0)).to.be.closeTo(1, 1e-4);
      if (split !== 'test') return;
      if (label !== 'normal') {
        found.attacks++;
        if (score > 1) found.alarms++;
        if ((classes[label as string] ?? 0) > 0.5) found.named++;
      } else if (phase === 'normal' && role !== 'benign') {
        found.quiet++;
        if (score > 1) found.false++;
      }
    });
    expect(found.attacks).to.be.greaterThan(60);
    // The row in which an attack begins shows little of it.
    expect(found.alarms / found.attacks).to.be.greaterThan(0.85);
    expect(found.named / found.attacks).to.be.greaterThan(0.85);
    expect(found.false / found.quiet).to.be.lessThan(0.1);
  });

  it('does the same with the same seed, and does not look at rows of the test part', async () => {
    const [again, other] = [join(folder, 'again'), join(folder, 'other')];
    await detector('train', dataset, '--output', again, '--seed', '7');
    expect(bytesOf(again)).to.deep.equal(bytesOf(models));
    const quiet = ['--log.level', 'warn', '--log.format', 'json'];
    // As pod 8 of an Indexed Job.
    const args = ['train', dataset, '--output', other, '--seed', 'auto', ...quiet];
    const { stderr } = await detectorWith({ JOB_COMPLETION_INDEX: '8' }, ...args);
    expect(stderr).to.equal('');
    expect(bytesOf(other)).not.to.deep.equal(bytesOf(models));
  });

  it('is judged by what it has not seen, and promoted only within what that carries', async () => {
    const { code, stdout, stderr } = await detector(
      'evaluate',
      models,
      dataset,
      '--seeds',
      '1',
      '--log.level',
      'warn',
    );
    expect(code, stderr).to.equal(0);
    expect(stderr).to.equal('');
    const own = join(models, readdirSync(models)[0] ?? '');
    expect(stdout).to.match(/^false alarms: \d+ in 0\.03 attack-free node-days, /);
    expect(stdout).to.match(
      /^attacks: \d+ of \d+ found, 1\.00 \(95 %: 0\.\d+ to 1\.00\), median delay \d rows$/m,
    );
    expect(stdout.endsWith(`${join(own, 'evaluation')}\n`)).to.equal(true);
    const refused = await detector('promote', models);
    expect(refused.stderr).to.match(
      /not promoted: 1 per node-day needs \d\.\d attack-free node-days; there are 0\.0/,
    );
    expect(refused.code).to.equal(2);
    const elsewhere = join(folder, 'evaluation');
    cpSync(join(own, 'evaluation'), elsewhere, { recursive: true });
    const given = ['--evaluation', join(elsewhere, 'eval.json')];
    const promoted = await detector('promote', models, '--budget', '200', ...given);
    expect(promoted.stdout).to.match(/^budget: holds: 200 per node-day needs .*\nnetwork: /);
    expect(promoted.stdout).to.match(/^decides: the (boosted trees|network)$/m);
    expect(promoted.code).to.equal(0);
  });

  it('judges the model of its pod in an Indexed Job, and promotes the best of several', async () => {
    const several = join(folder, 'several');
    mkdirSync(several);
    for (const from of [models, join(folder, 'other')])
      for (const name of readdirSync(from).filter((each) => each !== 'promoted.json'))
        cpSync(join(from, name), join(several, name), { recursive: true });
    const [own = ''] = readdirSync(join(folder, 'other'));
    const args = ['--trained-with-seed', 'auto', '--seeds', '1', '--log.level', 'warn'];
    const judged = await detectorWith({ JOB_COMPLETION_INDEX: '8' }, 'evaluate', several, dataset, ...args);
    expect(judged.stdout.endsWith(`${join(several, own, 'evaluation')}\n`), judged.stderr).to.equal(true);
    const best = await detector('promote', several, '--best', '--budget', '200');
    expect(best.stdout, best.stderr).to.match(
      /^model: [\w-]+\nchosen: the best of 2 models by the same rows, which flatters it: with 95 % confidence 0\.\d\d or more of \d+ attacks are found, \d+ false alarms\nbudget: holds: /,
    );
    const written = JSON.parse(readFileSync(join(several, 'promoted.json'), 'utf8')) as {
      readonly model: string;
      readonly reasons: readonly string[];
    };
    expect(best.stdout).to.include(`model: ${written.model}\n`);
    expect(written.reasons[0]).to.match(/^chosen: /);
  });

  it('ends at once when it is asked to, with one line, and leaves nothing half written', async () => {
    for (const [signal, ...args] of [
      ['SIGTERM', 'train', dataset, '--output'],
      ['SIGINT', 'evaluate', models, dataset, '--output'],
    ] as const) {
      const output = join(folder, `of-${signal}`);
      const command = [DETECTOR, ...args, output, '--log.level', 'warn'];
      const started = startChild(process.execPath, command, join(newFolder(), 'log'));
      const pid = started.process.pid ?? 0;
      const works = () => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
      const worker = await waitForChild(started, 'the process that works', async () => works() || undefined);
      started.process.kill(signal);
      await waitForEnd(started);
      expect(started.output()).to.equal('kubevigil-detector: interrupted: nothing was written\n');
      expect(started.process.exitCode).to.equal(130);
      expect(existsSync(`/proc/${worker}`)).to.equal(false);
      expect(existsSync(output) ? readdirSync(output) : []).to.deep.equal([]);
    }
  });

  it('refuses in one line what cannot be used, and says what to do', async () => {
    const refused = async (wanted: RegExp, wantedCode: number, ...args: string[]) => {
      const { code, stdout, stderr } = await detector(...args);
      expect(stderr).to.match(wanted);
      expect(stderr.trimEnd()).not.to.include('\n');
      expect(stdout).to.equal('');
      expect(code).to.equal(wantedCode);
    };
    const warn = ['--log.level', 'warn'];
    const out = ['--output', join(folder, 'none'), ...warn];
    await refused(/holds no dataset: make one with kubevigil-builder build/, 2, 'train', folder, ...out);
    await refused(/--seed -1: say a whole number/, 2, 'train', dataset, ...out, '--seed=-1');
    await refused(/required option '--output <models>'/, 2, 'train', dataset);
    await refused(/holds no model: make one/, 2, 'score', folder, dataset);
    await refused(
      /--seeds 0: say a whole number from 1/,
      2,
      'evaluate',
      models,
      dataset,
      '--seeds',
      '0',
      ...out,
    );
    await refused(/--budget 0: say a number above 0/, 2, 'promote', models, '--budget', '0');
    await refused(/there is no command guess: say train, evaluate, promote, score or serve/, 2, 'guess');
    const damaged = join(folder, 'damaged');
    cpSync(dataset, damaged, { recursive: true });
    const [file = ''] = readdirSync(damaged, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.parquet'),
    );
    const bytes = readFileSync(join(damaged, file));
    bytes[100] = (bytes[100] as number) ^ 1;
    writeFileSync(join(damaged, file), bytes);
    await refused(
      /is not the file that the manifest names: see kubevigil-builder verify/,
      1,
      'train',
      damaged,
      ...out,
    );
    await refused(
      /cannot write to .*manifest.json: EEXIST/,
      1,
      'train',
      dataset,
      '--output',
      join(dataset, 'manifest.json'),
      ...warn,
    );
    await refused(
      /no column moves in training rows that have a label: build it with labels/,
      2,
      'train',
      await unlabelled(),
      ...out,
    );
  });

  async function unlabelled(): Promise<string> {
    return campaignDataset(newFolder(), { labels: undefined });
  }
});
