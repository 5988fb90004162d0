import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { builderCommand } from '../builder/commands/command.ts';
import type { Program } from '../common/flags.ts';
import { detectorCommand } from '../detector/commands/command.ts';
import { exporterProgram } from '../exporter/program/command.ts';
import { scenariosCommand } from '../scenarios/program/command.ts';
import { ROOT } from './support/paths.ts';

const PROGRAMS = [exporterProgram(), builderCommand(), scenariosCommand(), detectorCommand()];

/** Of the pair of flags that each extractor has, the documents name the form. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/^--no-extractor\..*/, '--no-extractor.<name>'],
  [/^--extractor\..*/, '--extractor.<name>'],
];
const EVERYWHERE = ['--help', '--version'];

function commandsOf(program: Program, before: readonly string[] = []): [string, Program][] {
  const typed = [...before, program.name()];
  const own: [string, Program] = [typed.join(' '), program];
  return [own, ...program.commands.flatMap((command) => commandsOf(command as Program, typed))];
}

/** What the page has of one command. */
function sectionOf(name: string): string {
  const [program = ''] = name.split(' ');
  const page = readFileSync(join(ROOT, `docs/reference/${program.replace('kubevigil-', '')}-cli.md`), 'utf8');
  const found = page.split(/^## /m).find((section) => section.startsWith(`${name}\n`));
  if (found === undefined) throw new Error(`${name} is not in the reference`);
  return found;
}

function helpOf(program: Program): string {
  let text = '';
  program.configureOutput({ writeOut: (part) => (text += part) });
  program.outputHelp();
  return text;
}

for (const [name, program] of PROGRAMS.flatMap((one) => commandsOf(one))) {
  describe(`the reference of ${name}`, () => {
    const all = program.options
      .map(({ long, flags: text }) => long ?? text)
      .map((flag) => FORMS.find(([form]) => form.test(flag))?.[1] ?? flag)
      .filter((flag) => !EVERYWHERE.includes(flag));
    const flags = [...new Set(all)];

    it('names every flag, as its help does', () => {
      const [section, help] = [sectionOf(name), helpOf(program)];
      expect(flags.filter((flag) => !section.includes(flag))).to.deep.equal([]);
      expect(flags.filter((flag) => !help.includes(flag))).to.deep.equal([]);
    });

    it('has no default twice', () => {
      const shown = program.createHelp();
      for (const option of program.options)
        expect(shown.optionDescription(option).split(/\bdefault\b: /).length, option.flags).to.be.lessThan(3);
    });

    it('has an example', () => {
      if (program.commands.length > 0 && program.commands.length === 1 && program.options.length === 0)
        return;
      expect(program.examples.map(({ line }) => line)).not.to.deep.equal([]);
      const help = helpOf(program);
      for (const { line } of program.examples) {
        expect(line.startsWith(name)).to.equal(true, line);
        expect(help).to.include(`  ${line}\n`);
      }
    });
  });
}
