/**
 * `npm test`: all tests, those of the machine tier alone and the others beside each other (see tiers.ts), with one summary at the end.
 *
 *     npm test -- --tier pure --jobs 4
 *     npm test -- dist/test/builder/crash.real.test.js
 *
 * Without `--tier` (repeatable) all tiers run. `--jobs` is how many files run at once; when it is not given one more than there are CPUs,
 * as tests wait for servers. `npx mocha
 * FILE` runs one file and shows every test's title.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import Mocha from 'mocha';
import { PROGRAM_NAMES, program } from '../programs/find.ts';
import { ROOT } from '../programs/paths.ts';
import { run } from './run.ts';
import { summaryOf, Tally } from './tally.ts';
import { planOf, tierOf } from './tiers.ts';

const TESTS = join('dist', 'test');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { tier: { type: 'string', multiple: true }, jobs: { type: 'string' } },
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** CPU time of this process and of all below it that have ended; Node.js knows its own only. */
function cpuMs(): number {
  const MS_PER_TICK = 10;
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * MS_PER_TICK;
}

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
const { together, alone } = planOf(files);
const tally = new Tally();
const shared = { config: { timeout: config.timeout, forbidOnly: config['forbid-only'] }, tally, say };
const failures = [
  ...(await run({ ...shared, files: together, jobs })),
  ...(await run({ ...shared, files: alone, jobs: 1 })),
];
Mocha.reporters.Base.list(failures);
const silent = tally.silent(files);
for (const name of silent) say(`✘ ${name} has no tests`);
say(summaryOf(tally, performance.now() - startedMs, cpuMs()));
process.exitCode = failures.length + silent.length > 0 ? 1 : 0;
