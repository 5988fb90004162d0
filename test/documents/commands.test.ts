import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Command as Cli } from 'commander';
import { builderCommand } from '../../builder/commands/command.ts';
import { detectorCommand } from '../../detector/commands/command.ts';
import { exporterProgram } from '../../exporter/program/command.ts';
import { scenariosCommand } from '../../scenarios/program/command.ts';
import { readPages } from '../../tools/documents/pages.ts';
import { ROOT } from '../support/paths.ts';
import { type Command, commandsIn } from './support/commands.ts';

const PROGRAMS: Readonly<Record<string, () => Cli>> = {
  exporter: exporterProgram,
  builder: builderCommand,
  scenarios: scenariosCommand,
  detector: detectorCommand,
};
const SCRIPTS: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
).scripts;

/** Nothing of what the commands do is done: flags and arguments are parsed, and that is all. */
function inert(command: Cli): Cli {
  command
    .exitOverride()
    .configureOutput({ writeErr: () => {}, writeOut: () => {} })
    .action(() => {});
  command.commands.forEach(inert);
  return command;
}

/** What is wrong with the arguments of a program of ours, by its own definitions; undefined where nothing is. */
function refusal(program: string, args: readonly string[]): string | undefined {
  const command = PROGRAMS[program]?.();
  if (command === undefined) return `there is no program ${program}`;
  const named = args.find((arg) => !arg.startsWith('-'));
  const isCommand = command.commands.some((one) => one.name() === named);
  if (program !== 'exporter' && !isCommand && !args.some((arg) => /^--(help|version)$/.test(arg)))
    return `there is no command ${named}`;
  try {
    inert(command).parse([...args], { from: 'user' });
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code !== 'commander.helpDisplayed' && code !== 'commander.version') return message;
  }
  return undefined;
}

/** Paths of this repository that other programs are given must be there. */
function missing(words: readonly string[]): string | undefined {
  const folders = /^(manifests|prometheus|grafana|docs|samples|builder|exporter|test|dist)\//;
  const gone = words
    .map((word) => word.replace(/^dist\/(.*)\.js$/, '$1.ts').replace(/\/[^/]*\*.*$/, ''))
    .filter((word) => folders.test(`${word}/`))
    .filter((word) => !existsSync(join(ROOT, word)));
  return gone.length === 0 ? undefined : `there is no ${gone.join(', ')}`;
}

function npmRefusal([command = '', name = '']: readonly string[]): string | undefined {
  if (['ci', 'test', 'install'].includes(command)) return undefined;
  return command === 'run' && name in SCRIPTS ? undefined : `there is no script ${name}`;
}

/** Programs of others; what they are given of ours is looked for. */
const OTHERS =
  'cosign curl diff docker export git grafana jq kubectl mount openssl prometheus promtool python3 sha256sum'.split(
    ' ',
  );

function wrong({ words: [program = '', ...args] }: Command): string | undefined {
  const ours = /^kubevigil-(\w+)$/.exec(program)?.[1];
  if (ours !== undefined) return refusal(ours, args);
  const file = program === 'node' ? /^dist\/(\w+)\/main\.js$/.exec(args[0] ?? '')?.[1] : undefined;
  if (file !== undefined) return refusal(file, args.slice(1));
  if (program === 'npm') return npmRefusal(args);
  if (program === 'npx' && args[0] === 'mocha') return missing(args.slice(1));
  return OTHERS.includes(program) ? missing(args) : `nobody knows the program ${program}`;
}

describe('commands in the documents', () => {
  const commands = readPages(ROOT).flatMap(commandsIn);

  it('are such as the programs, the scripts and the folders have', () => {
    const found = commands.flatMap((command) => {
      const reason = wrong(command);
      return reason === undefined ? [] : [`${command.path}: ${command.words.join(' ')}: ${reason}`];
    });
    expect(found).to.deep.equal([]);
  });

  it('are many, of each program', () => {
    const lines = commands.map(({ words }) => words.join(' '));
    for (const program of Object.keys(PROGRAMS))
      expect(lines.filter((line) => line.includes(program)).length, program).to.be.greaterThan(3);
  });

  for (const [what, words, reason] of [
    ['an unknown flag', ['kubevigil-builder', 'build', '--lst', '24h'], "unknown option '--lst'"],
    ['an unknown command', ['node', 'dist/builder/main.js', 'bild'], 'there is no command bild'],
    ['a flag without its value', ['kubevigil-exporter', '--rules.file'], 'argument missing'],
    ['what is required and not given', ['kubevigil-detector', 'train', 'dataset'], 'required option'],
    ['a choice that is none', ['kubevigil-exporter', '--log.level', 'loud'], 'Allowed choices'],
    ['a script that is none', ['npm', 'run', 'dmeo'], 'there is no script dmeo'],
    ['a folder that is not there', ['kubectl', 'apply', '-k', 'manifests/overlays/none'], 'there is no'],
    ['a program that is none', ['kubevigil-bilder', 'build'], 'there is no program bilder'],
  ] as const) {
    it(`would not be ${what}`, () => {
      expect(wrong({ path: 'a page', words })).to.include(reason);
    });
  }

  it('in README.md are those of the demo and of CI', () => {
    const own = commands.filter(({ path }) => path === 'README.md').map(({ words }) => words.join(' '));
    const run = readFileSync(join(ROOT, '.ci/run'), 'utf8').split('\n');
    expect(own).to.include('npm run demo').and.to.include('npm test');
    expect(run).to.include('npm test');
    expect(existsSync(join(ROOT, 'dist/tools/demo/main.js'))).to.equal(true);
  });
});
