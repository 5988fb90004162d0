import type { Argument, Option } from 'commander';
import { defaultOf, type Program } from '../../common/flags.ts';
import { cell, code, page, table } from './markdown.ts';

/** Its source files, as a reader finds them. */
interface Reference {
  readonly program: Program;
  readonly source: string;
  /** Where more than flags is explained. */
  readonly see: string;
}

function flagRow(option: Option): string[] {
  const { flags, description, argChoices, envVar, mandatory } = option;
  const choices = argChoices === undefined ? '' : `: ${argChoices.map(code).join(', ')}`;
  const env = envVar === undefined ? '' : `; environment variable ${code(envVar)}`;
  const usual = mandatory && defaultOf(option) === undefined ? 'required' : (defaultOf(option) ?? '–');
  return [code(flags), cell(usual), `${cell(description)}${choices}${env}`];
}

function argumentRow(argument: Argument): string[] {
  const { required, variadic, description } = argument;
  const name = `${argument.name()}${variadic ? '...' : ''}`;
  return [code(required ? `<${name}>` : `[${name}]`), required ? 'required' : '–', cell(description)];
}

/** A command and those below it, each with what is typed before its name. */
function sections(program: Program, before: readonly string[] = []): string[] {
  const typed = [...before, program.name()];
  const help = program.createHelp();
  const flags = help.visibleOptions(program).filter(({ long }) => long !== '--help' && long !== '--version');
  const rows = [...program.registeredArguments.map(argumentRow), ...flags.map(flagRow)];
  const examples = program.examples.map(({ line, what }) => `${line}   # ${what}`);
  const usage = [
    ...typed.slice(0, -1),
    help
      .commandUsage(program)
      .split(' ')
      .slice(typed.length - 1)
      .join(' '),
  ];
  const parts = [
    `## ${typed.join(' ')}`,
    cell(program.description()),
    ['```text', usage.join(' '), '```'].join('\n'),
    ...(rows.length === 0 ? [] : [table(['argument, flag', 'default', 'what it is'], rows)]),
    ...program.notes.map((note) => note.replace(/--[\w.-]+<\w+>/g, code)),
    ...(examples.length === 0 ? [] : [['```sh', ...examples, '```'].join('\n')]),
  ];
  return [...parts, ...program.commands.flatMap((command) => sections(command as Program, typed))];
}

/** docs/reference/<program>-cli.md, from what commander itself has of a program. */
export function cliPage({ program, source, see }: Reference): string {
  return page(
    source,
    program.name(),
    `${see}\nEvery command also has \`--help\`, and the program \`--version\`.\nThe exit status is 0; 1 for failures of the world; 2 for a wrong flag, file or argument.`,
    ...sections(program),
  );
}
