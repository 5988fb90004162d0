import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { MEASURE } from '../../../tools/run-tests/tiers.ts';
import { ROOT } from '../../support/paths.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const MAIN = join(ROOT, 'dist', 'tools', 'run-tests', 'main.js');
const [MEASURING = ''] = Object.keys(MEASURE);
/** Fails where the file `mark` is not there, and makes it. */
const FIRST_TIME_FAILS = (mark: string, how = 'throw new Error("too busy")') => `
import { existsSync, writeFileSync } from 'node:fs';
describe('a suite', () => {
  it('holds the second time', () => {
    const mark = ${JSON.stringify(mark)};
    if (existsSync(mark)) return;
    writeFileSync(mark, '');
    ${how};
  });
});`;
const HOLDS = "it('holds', () => {});";
const NEVER_HOLDS = "it('never holds', () => { throw new Error('broken'); });";
const WORKS_HARD = `it('works hard', () => {
  const until = process.cpuUsage().user + 300_000;
  while (process.cpuUsage().user < until);
});`;

describe('npm test', () => {
  const at = temporaryPaths();

  function run(sources: Readonly<Record<string, string>>, ...flags: string[]) {
    const files = Object.entries(sources).map(([name, source]) => {
      const file = at('dist', 'test', `${name}.test.js`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(at('package.json'), '{"type":"module"}');
      writeFileSync(file, source);
      return file;
    });
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...flags, ...files], {
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  }

  it('runs a file that fails once more, alone: one that passes then is unsteady', () => {
    const { status, stdout } = run({ shaky: FIRST_TIME_FAILS(at('mark')), steady: HOLDS });
    expect(status, stdout).to.equal(0);
    expect(stdout).to.include('shaky failed and is run once more, alone\n✔ shaky: 1 passing');
    expect(stdout).to.include(
      'unsteady, failed first and passed when run again alone:\n  shaky\n    a suite › holds the second time\n',
    );
    expect(stdout).to.include('too busy');
    expect(stdout).to.include('2 passing, 0 skipped, 0 failing in 2 files');
  });

  it('fails where a file fails both times, cannot be loaded, or has no tests, and tells CPU time', () => {
    const { status, stdout } = run({
      broken: NEVER_HOLDS,
      wrong: 'syntax error',
      empty: '',
      fatal: FIRST_TIME_FAILS(at('mark'), 'process.exit(3)'),
      hard: WORKS_HARD,
      [MEASURING]: FIRST_TIME_FAILS(at('mark of the machine')),
      'hard.machine': WORKS_HARD,
    });
    expect(status, stdout).to.equal(1);
    const listed = (title: string) => {
      const [, lines = ''] = new RegExp(`^${title}.*:\n((?: .*\n)+)`, 'm').exec(stdout) ?? [];
      return [...lines.matchAll(/^ {2}(\S+)$/gm)].map(([, name]) => name);
    };
    expect(listed('unsteady')).to.have.members(['fatal', MEASURING]);
    expect(listed('failed twice')).to.have.members(['broken', 'wrong']);
    expect(stdout).to.include('✘ empty has no tests');
    expect(stdout).to.include('4 passing, 0 skipped, 2 failing in 6 files');
    const dear = stdout.slice(stdout.indexOf('dearest files'));
    for (const name of ['hard', 'hard.machine']) {
      const seconds = Number(new RegExp(`([\\d.]+) s  ${name}\n`).exec(dear)?.[1]);
      expect(seconds, name).to.be.at.least(0.3);
    }
  });

  it('gives no second chance with --no-retry', () => {
    const { status, stdout } = run({ shaky: FIRST_TIME_FAILS(at('mark')) }, '--no-retry');
    expect(status, stdout).to.equal(1);
    expect(stdout).not.to.include('once more');
  });
});
