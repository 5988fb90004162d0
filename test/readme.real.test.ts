import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from './support/paths.ts';

/** Programs, each with the commands whose flags a user may give. */
const COMMANDS: readonly (readonly [string, readonly string[]])[] = [
  ['exporter', ['']],
  ['builder', ['build', 'update', 'stream', 'merge', 'verify', 'report']],
  ['scenarios', ['serve', 'run']],
];

/** Of the pair of flags that each extractor has, the README names the form. */
const FORMS: readonly (readonly [RegExp, string])[] = [[/^--(no-)?extractor\..*/, '--no-extractor.<name>']];
const EVERYWHERE = ['--help', '--version'];

function flagsOf(program: string, command: string): string[] {
  const args = [join(ROOT, 'dist', program, 'main.js'), ...(command === '' ? [] : [command]), '--help'];
  const help = execFileSync(process.execPath, args, { encoding: 'utf8' });
  const flags = [...help.matchAll(/^ +(?:-\w, )?(--[a-z][\w.-]*)/gm)].map(([, flag = '']) => flag);
  const named = flags.map((flag) => FORMS.find(([form]) => form.test(flag))?.[1] ?? flag);
  return [...new Set(named)].filter((flag) => !EVERYWHERE.includes(flag));
}

describe('the README', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

  for (const [program, commands] of COMMANDS) {
    for (const command of commands) {
      it(`names every flag of kubevigil-${program} ${command}`.trim(), () => {
        const missing = flagsOf(program, command).filter((flag) => !readme.includes(flag));
        expect(missing).to.deep.equal([]);
      });
    }
  }
});
