/**
 * `npm test`: all tests, beside each other as far as they may be (see tiers.ts), with one summary at the end.
 *
 *     npm test -- --tier pure --jobs 4
 *     npm test -- dist/test/builder/crash.real.test.js
 *
 * Without `--tier` (repeatable) all tiers run. `--jobs` is how many files run at once; when it is not given one more than there are CPUs,
 * as tests wait for servers. A file that fails is
 * run once more, alone, at the end (`--no-retry`: it is not); one that passes then is listed as unsteady, and fails nothing. `npx mocha FILE` runs one file and shows every test's title.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import Mocha from 'mocha';
import { PROGRAM_NAMES, program } from '../programs/find.ts';
import { ROOT } from '../programs/paths.ts';
import { filesAgain, type Second, unsteadyLines } from './again.ts';
import { cpuMs, LEDGER_VARIABLE, readLedger } from './cpu.ts';
import { run } from './run.ts';
import { summaryOf, Tally } from './tally.ts';
import { planOf, shortName, tierOf } from './tiers.ts';

const TESTS = join('dist', 'test');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tier: { type: 'string', multiple: true },
    jobs: { type: 'string' },
    'no-retry': { type: 'boolean' },
  },
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const isOf = (file: string, test: Mocha.Test) => shortName(test.file ?? '') === shortName(file);

/** One process after the other: workers that found a program missing at once would fetch it at once. */
async function fetchPrograms(): Promise<void> {
  for (const name of PROGRAM_NAMES)
    await program(name).catch((error: Error) => say(`tests that need ${name} will fail: ${error.message}`));
}

const all =
  positionals.length > 0
    ? positionals
    : readdirSync(join(ROOT, TESTS), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.test.js'))
        .map((name) => join(TESTS, name));
const files = all.filter((file) => values.tier?.includes(tierOf(file)) ?? true);
const jobs = Number(values.jobs ?? availableParallelism() + 1);
if (files.length === 0 || !Number.isInteger(jobs) || jobs < 1) {
  process.stderr.write(
    'npm test: --tier is pure, real or machine, and --jobs a number of files to run at once\n',
  );
  process.exit(2);
}

const startedMs = performance.now();
process.chdir(ROOT);
await fetchPrograms();
const config = JSON.parse(readFileSync(join(ROOT, '.mocharc.json'), 'utf8')) as Mocha.MochaOptions & {
  'forbid-only': boolean;
};
const ledgerFolder = mkdtempSync(join(tmpdir(), 'kubevigil-tests-'));
process.on('exit', () => rmSync(ledgerFolder, { recursive: true }));
const ledger = join(ledgerFolder, 'cpu');
writeFileSync(ledger, '');
process.env[LEDGER_VARIABLE] = ledger;
const plan = planOf(files);
const tally = new Tally();
const shared = { config: { timeout: config.timeout, forbidOnly: config['forbid-only'] }, tally, say };

const besides = await Promise.all([
  run({ ...shared, files: plan.together, jobs }),
  jobs > 1 ? run({ ...shared, files: plan.oneAtATime, jobs: 1 }) : [],
]);
const inTurn = [...(jobs > 1 ? [] : plan.oneAtATime), ...plan.alone];
const first = [...besides.flat(), ...(await run({ ...shared, files: inTurn, jobs: 1 }))];
const failed = files.filter((file) => (tally.files.get(shortName(file))?.failing ?? 0) > 0);
const again = values['no-retry'] === true ? [] : filesAgain(failed);
const seconds: Second<Mocha.Test>[] = [];
for (const file of again) {
  say(`${shortName(file)} failed and is run once more, alone`);
  tally.forget(file);
  const failures = await run({ ...shared, files: [file], jobs: 1 });
  seconds.push({ name: shortName(file), first: first.filter((test) => isOf(file, test)), again: failures });
}
const final = [
  ...first.filter((test) => !again.some((file) => isOf(file, test))),
  ...seconds.flatMap((second) => second.again),
];

Mocha.reporters.Base.list([...seconds.flatMap((second) => second.first), ...final]);
const silent = tally.silent(files);
for (const name of silent) say(`✘ ${name} has no tests`);
const cost = { wallMs: performance.now() - startedMs, cpuMs: cpuMs(), cpuMsOf: readLedger(ledger) };
say([...unsteadyLines(seconds), summaryOf(tally, cost)].join('\n'));
process.exitCode = final.length + silent.length > 0 ? 1 : 0;
