/**
 * Asks the registry whether any package that is shipped has a known vulnerability, high or critical.
 *
 * Where the registry does not answer this says so and ends with 0: what cannot be asked is no fault of the tree. With
 * `--required`, as before a release, that is 1.
 */
import { spawnSync } from 'node:child_process';
import { verdictOf } from './verdict.ts';

const required = process.argv.includes('--required');
const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' });
const verdict = verdictOf(stdout ?? '');
switch (verdict.kind) {
  case 'sound':
    process.stdout.write(
      `audit: no known vulnerability, high or critical, in ${verdict.packages} packages\n`,
    );
    break;
  case 'vulnerable':
    for (const { name, severity, range } of verdict.found)
      process.stderr.write(`audit: ${severity}: ${name} ${range}: \`npm audit --omit=dev\` tells more\n`);
    process.exitCode = 1;
    break;
  case 'unknown':
    process.stderr.write(`audit: not checked, the registry did not answer: ${verdict.why}\n`);
    process.exitCode = required ? 1 : 0;
}
