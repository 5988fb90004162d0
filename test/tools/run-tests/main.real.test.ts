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

  it('runs a file that fails beside others once more, alone: one that passes then is unsteady', () => {
    const { status, stdout } = run({ shaky: FIRST_TIME_FAILS(at('mark')), steady: HOLDS });
    expect(status, stdout).to.equal(0);
    expect(stdout).to.include('shaky failed beside others and is run once more, alone\n✔ shaky: 1 passing');
    expect(stdout).to.include(
      'unsteady:\n  failed beside others, passed alone: shaky\n    a suite › holds the second time\n',
    );
    expect(stdout).to.include('too busy');
    expect(stdout).to.include('2 passing, 0 skipped, 0 failing in 2 files');
  });

  it('fails where a file fails both times or alone from the start, cannot be loaded, or has no tests, and tells CPU time', () => {
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
    const listed = [...stdout.matchAll(/failed beside others, (\w+) alone: (.+)/g)].map((line) =>
      line.slice(1),
    );
    expect(listed).to.have.deep.members([
      ['passed', 'fatal'],
      ['failed', 'broken'],
      ['failed', 'wrong'],
    ]);
    expect(stdout).to.include('✘ empty has no tests').and.not.to.include(`${MEASURING} failed beside`);
    expect(stdout).to.include('3 passing, 0 skipped, 3 failing in 6 files');
    const dear = stdout.slice(stdout.indexOf('dearest files'));
    for (const name of ['hard', 'hard.machine']) {
      const seconds = Number(new RegExp(`([\\d.]+) s  ${name}\n`).exec(dear)?.[1]);
      expect(seconds, name).to.be.at.least(0.3);
    }
  });

  for (const flags of [['--jobs', '1'], ['--no-retry']]) {
    it(`gives no second chance with ${flags.join(' ')}`, () => {
      const { status, stdout } = run({ shaky: FIRST_TIME_FAILS(at('mark')) }, ...flags);
      expect(status, stdout).to.equal(1);
      expect(stdout).not.to.include('once more');
    });
  }
});
