import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import type { Command } from 'commander';
import { builderCommand } from '../builder/commands/command.ts';
import { loadConfig, loadPlace } from '../builder/config/load.ts';
import { detectorCommand } from '../detector/commands/command.ts';
import { EXTRACTORS } from '../exporter/extractors/index.ts';
import { exporterProgram } from '../exporter/program/command.ts';
import { readOptions } from '../exporter/program/options.ts';
import { scenariosCommand } from '../scenarios/program/command.ts';
import { type ServeOptions, serveCommand } from '../scenarios/serve/options.ts';
import { ROOT } from './support/paths.ts';
import { temporaryFolder } from './support/temporary.ts';

/** What a program's own code has of its flags, after it has parsed them. */
type Edge = (args: readonly string[]) => Promise<object>;

/** Of a flag, with its value where it takes one. */
type Effect =
  /** All that differs in the program's options from those without the flag, by paths. */
  | {
      readonly value?: string;
      readonly becomes: Readonly<Record<string, unknown>>;
      /** What is said before it, also without it. */
      readonly after?: string;
    }
  /** The test that sees it, where the options are nobody's but the command's own. */
  | { readonly seenIn: string };

type Effects = Readonly<Record<string, Effect>>;

const EXTRACTOR_NAMES = EXTRACTORS.map(({ name }) => name);
const CONFIG = 'the configuration file';
const TOKEN_FILE = 'the token file';
const TOKEN = 'a-token-of-the-tests-0123456789';

/** The command without what it does: parsing alone. */
function parsed(command: Command, args: readonly string[]): Command {
  command.exitOverride().action(() => {});
  return command.parse([...args], { from: 'user' });
}

function builderPart(name: string): Command {
  const command = builderCommand().commands.find((one) => one.name() === name);
  if (command === undefined) throw new Error(`there is no command ${name}`);
  return command;
}

/** The configuration of a build or a stream, of which its command has taken its own flags. */
const configOf =
  (name: string, ...own: string[]): Edge =>
  async (args) => {
    const flags = Object.entries(parsed(builderPart(name), args).opts());
    return loadConfig(
      Object.fromEntries(flags.filter(([flag]) => !['log.level', 'log.format', ...own].includes(flag))),
    );
  };

const placeOf =
  (name: string, ...others: string[]): Edge =>
  async (args) =>
    loadPlace('s3://bucket/a', parsed(builderPart(name), ['s3://bucket/a', ...others, ...args]).opts());

async function serveOptions(args: readonly string[]): Promise<object> {
  let seen: ServeOptions | undefined;
  const command = serveCommand(async (options) => {
    seen = options;
  });
  await command.exitOverride().parseAsync([...args], { from: 'user' });
  if (seen === undefined) throw new Error('the service was not started');
  return seen;
}

const EXPORTER: Effects = {
  '--version': { seenIn: 'test/exporter/main.real.test.ts' },
  '--web.listen-address': {
    value: '127.0.0.1:1',
    becomes: { listenAddresses: [{ host: '127.0.0.1', port: 1 }] },
  },
  '--web.telemetry-path': { value: '/m', becomes: { telemetryPath: '/m' } },
  '--web.config.file': { value: 'w.yml', becomes: { webConfigFile: 'w.yml' } },
  '--web.authorization': {
    value: 'kubernetes',
    becomes: { 'authorization.kind': 'kubernetes' },
  },
  '--web.authorization.audience': {
    value: 'a',
    becomes: { 'authorization.audiences': ['a'] },
  },
  '--kubernetes': { value: 'off', becomes: { kubernetes: 'off' } },
  '--events.output': { value: 'stdout', becomes: { 'events.output': 'stdout' } },
  '--events.redact': { becomes: { 'events.redact': true }, after: '--no-events.redact' },
  '--no-events.redact': { becomes: { 'events.redact': false } },
  '--events.args': { value: 'none', becomes: { 'events.args': 'none' } },
  '--path.procfs': {
    value: '/proc/self/../',
    becomes: { 'paths.procfs': '/proc/self/../' },
  },
  '--path.sysfs': { value: '/s', becomes: { 'paths.sysfs': '/s' } },
  '--path.rootfs': { value: '/h', becomes: { 'paths.rootfs': '/h' } },
  '--path.tracefs': { value: '/t', becomes: { tracefs: '/t' } },
  '--rules.file': { value: 'r.yml', becomes: { rulesFile: 'r.yml' } },
  '--node-name': { value: 'n', becomes: { node: 'n' } },
  '--log.level': { value: 'warn', becomes: { 'log.level': 'warn' } },
  '--log.format': { value: 'json', becomes: { 'log.format': 'json' } },
  ...Object.fromEntries(
    EXTRACTOR_NAMES.flatMap((name): [string, Effect][] => [
      [
        `--extractor.${name}`,
        { after: `--no-extractor.${name}`, becomes: { disabledExtractors: new Set() } },
      ],
      [`--no-extractor.${name}`, { becomes: { disabledExtractors: new Set([name]) } }],
    ]),
  ),
};

const PUSH = 'test/builder/commands/push.real.test.ts';
const BASELINE = 'test/builder/benchmark/baseline.real.test.ts';
const SCORE = 'test/builder/benchmark/score.real.test.ts';
const STREAM = 'test/builder/stream/program.real.test.ts';
const RUN = 'test/scenarios/campaign/run.real.test.ts';
const SERVING = 'test/detector/serve/serve.real.test.ts';
const DETECTOR = 'test/detector/main.real.test.ts';
const DECLARED = ['--declaration', { seenIn: 'test/detector/foreign.real.test.ts' }] as const;

const READING: Effects = {
  '--config': { value: CONFIG, becomes: { output: '/of-the-file', 's3.region': 'of-the-file' } },
  '--prometheus': { value: 'http://p:1', becomes: { 'prometheus.url': 'http://p:1' } },
  '--step': { value: '5s', becomes: { step: 5_000 } },
  '--delay': { value: '7s', becomes: { delay: 7_000 } },
  '--pseudonymise': { value: '/k', becomes: { 'pseudonymise.keyFile': '/k' } },
  '--output': { value: '/o', becomes: { output: '/o' } },
  '--labels': { value: '/l.csv', becomes: { labels: [{ episodes: '/l.csv' }] } },
};
const MAKING: Effects = {
  ...READING,
  '--evidence': { value: '/e.jsonl', becomes: { evidence: [{ file: '/e.jsonl' }] } },
  '--start': { value: '2026-01-01T00:00:00Z', becomes: { start: '2026-01-01T00:00:00Z' } },
  '--end': { value: '2026-01-02T00:00:00Z', becomes: { end: '2026-01-02T00:00:00Z' } },
  '--last': { value: '3h', becomes: { last: 10_800_000 } },
  '--format': { value: 'csv', becomes: { format: 'csv' } },
  '--csv-escape-formulas': { becomes: { csvEscapeFormulas: true } },
  '--provenance': { value: '/plan.yaml', becomes: { provenance: ['/plan.yaml'] } },
  '--allow-other-nodes': { becomes: { allowOtherNodes: true } },
  '--split': {
    value: 'node',
    becomes: { 'split.by': 'node' },
  },
  '--metrics.pushgateway': { value: 'http://g:1', becomes: { 'metrics.pushgateway': 'http://g:1' } },
  '--log.level': { seenIn: PUSH },
  '--log.format': { seenIn: PUSH },
};

const SERVE: Effects = {
  '--web.listen-address': { value: '127.0.0.1:1', becomes: { 'listen.port': 1 } },
  '--web.config.file': { value: 'w.yml', becomes: { webConfigFile: 'w.yml' } },
  '--web.allowed-host': { value: 'A.lab', becomes: { allowedHosts: ['a.lab'] } },
  '--victim.listen-address': { value: '127.0.0.1:2', becomes: { 'victim.port': 2 } },
  '--victim.http2.listen-address': { value: '127.0.0.1:3', becomes: { 'victimHttp2.port': 3 } },
  '--token-file': { value: TOKEN_FILE, becomes: { token: TOKEN } },
  '--episodes': { value: '/e.csv', becomes: { episodes: '/e.csv' } },
  '--scratch': { value: '/s', becomes: { folder: '/s' } },
  '--max-running': { value: '7', becomes: { maxRunning: 7 } },
  '--node-name': { value: 'n', becomes: { 'subject.node': 'n' } },
  '--cluster': { value: 'c', becomes: { 'subject.cluster': 'c' } },
  '--allowed-target': { value: '10.0.0.1:9', becomes: { allowedTargets: ['10.0.0.1:9'] } },
  '--victim.log': { value: 'v.log', becomes: { victimLog: 'v.log' } },
  '--victim.access-log': { value: 'a.log', becomes: { victimAccessLog: 'a.log' } },
  '--victim.weak-pages': { becomes: { weakPages: true } },
  '--log.level': { value: 'warn', becomes: { 'log.level': 'warn' } },
  '--log.format': { value: 'json', becomes: { 'log.format': 'json' } },
};

const EFFECTS: Readonly<Record<string, { readonly edge?: Edge; readonly effects: Effects }>> = {
  'kubevigil-exporter': {
    edge: async (args) => readOptions(parsed(exporterProgram(), args), EXTRACTOR_NAMES),
    effects: EXPORTER,
  },
  'kubevigil-exporter check-rules': {
    effects: { '--print-defaults': { seenIn: 'test/exporter/rules/check-rules.real.test.ts' } },
  },
  'kubevigil-exporter events': {
    effects: Object.fromEntries(
      ['--follow', '--rule', '--pod', '--output', '--token-file', '--ca-file'].map((flag) => [
        flag,
        { seenIn: 'test/exporter/viewer/events-command.real.test.ts' },
      ]),
    ),
  },
  'kubevigil-builder': { effects: { '--version': { seenIn: 'test/tools/release.real.test.ts' } } },
  'kubevigil-builder build': {
    edge: configOf('build', 'shard'),
    effects: { ...MAKING, '--shard': { seenIn: 'test/builder/commands/merge.real.test.ts' } },
  },
  'kubevigil-builder update': { edge: configOf('update'), effects: MAKING },
  'kubevigil-builder stream': {
    edge: configOf('stream', 'listen', 'from', 'web.config.file'),
    effects: {
      ...READING,
      '--listen': { seenIn: STREAM },
      '--web.config.file': { seenIn: STREAM },
      '--from': { seenIn: STREAM },
      '--log.level': { seenIn: STREAM },
      '--log.format': { seenIn: STREAM },
    },
  },
  ...Object.fromEntries(
    ['merge', 'verify', 'report'].map((name) => [
      `kubevigil-builder ${name}`,
      {
        edge: placeOf(name),
        effects: { '--config': { value: CONFIG, becomes: { 's3.region': 'of-the-file' } } },
      },
    ]),
  ),
  'kubevigil-builder join': {
    effects: Object.fromEntries(
      ['--output', '--format', '--config'].map((flag) => [
        flag,
        { seenIn: 'test/builder/commands/join.real.test.ts' },
      ]),
    ),
  },
  'kubevigil-builder relabel': {
    edge: placeOf('relabel', '--labels', 'episodes.csv'),
    effects: {
      '--config': { value: CONFIG, becomes: { 's3.region': 'of-the-file' } },
      ...Object.fromEntries(
        ['--labels', '--replace', '--pseudonymise', '--allow-other-nodes', '--allow-lacks'].map((flag) => [
          flag,
          { seenIn: 'test/builder/commands/relabel.real.test.ts' },
        ]),
      ),
    },
  },
  ...Object.fromEntries(
    Object.entries({
      baseline: { '--seed': BASELINE },
      score: { '--model': SCORE, '--labels': SCORE, '--threshold': SCORE },
    }).map(([name, own]) => [
      `kubevigil-builder ${name}`,
      {
        edge: placeOf(name, ...(name === 'score' ? ['submit.csv'] : [])),
        effects: {
          '--config': { value: CONFIG, becomes: { 's3.region': 'of-the-file' } },
          ...Object.fromEntries(
            Object.entries({ '--json': SCORE, '--leaderboard': SCORE, ...own }).map(([flag, seenIn]) => [
              flag,
              { seenIn },
            ]),
          ),
        },
      },
    ]),
  ),
  'kubevigil-builder hide-labels': {
    edge: placeOf('hide-labels', '--output', 'copy', '--key', 'key.csv'),
    effects: {
      '--config': { value: CONFIG, becomes: { 's3.region': 'of-the-file' } },
      ...Object.fromEntries(
        ['--output', '--key'].map((flag) => [
          flag,
          { seenIn: 'test/builder/commands/hide-labels.real.test.ts' },
        ]),
      ),
    },
  },
  'kubevigil-builder label': { effects: {} },
  'kubevigil-builder label add': {
    effects: Object.fromEntries(
      [
        '--start',
        '--end',
        '--node',
        '--as',
        '--cluster',
        '--namespace',
        '--pod',
        '--author',
        '--note',
        '--file',
      ].map((flag) => [flag, { seenIn: 'test/builder/commands/label.real.test.ts' }]),
    ),
  },
  'kubevigil-detector': { effects: { '--version': { seenIn: 'test/tools/release.real.test.ts' } } },
  'kubevigil-detector train': {
    effects: Object.fromEntries([
      DECLARED,
      ...['--output', '--seed', '--log.level', '--log.format'].map(
        (flag) => [flag, { seenIn: DETECTOR }] as const,
      ),
    ]),
  },
  'kubevigil-detector evaluate': {
    effects: Object.fromEntries([
      DECLARED,
      ...['--output', '--seed', '--seeds', '--trained-with-seed', '--log.level', '--log.format'].map(
        (flag) => [flag, { seenIn: DETECTOR }] as const,
      ),
    ]),
  },
  'kubevigil-detector promote': {
    effects: {
      '--budget': { seenIn: DETECTOR },
      '--best': { seenIn: DETECTOR },
      '--evaluation': { seenIn: DETECTOR },
    },
  },
  'kubevigil-detector score': { effects: Object.fromEntries([DECLARED]) },
  'kubevigil-detector serve': {
    effects: Object.fromEntries(
      [
        ...[
          '--model',
          '--stream',
          '--stream.token-file',
          '--events',
          '--events.token-file',
          '--shadow',
          '--web.listen-address',
          '--web.config.file',
        ],
        ...['--web.allowed-host', '--token-file', '--verdicts', '--log.level', '--log.format'],
      ].map((flag) => [flag, { seenIn: SERVING }]),
    ),
  },
  'kubevigil-scenarios': { effects: { '--version': { seenIn: 'test/tools/release.real.test.ts' } } },
  'kubevigil-scenarios serve': { edge: serveOptions, effects: SERVE },
  'kubevigil-scenarios run': {
    effects: Object.fromEntries(
      [
        ...[
          '--dry-run',
          '--coverage',
          '--seed',
          '--prometheus',
          '--episodes',
          '--scratch',
          '--web.listen-address',
        ],
        ...['--node-name', '--cluster', '--allowed-target', '--victim.log', '--victim.access-log'],
        ...['--victim.weak-pages', '--log.level', '--log.format'],
      ].map((flag) => [flag, { seenIn: RUN }]),
    ),
  },
};

/** Each leaf of plain objects by its path. */
function leaves(value: unknown, path: readonly string[] = []): [string, unknown][] {
  const isPlain =
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain) return value === undefined ? [] : [[path.join('.'), value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

/** What `after` has that `before` has not, and what it no longer has as undefined. */
function difference(before: object, after: object): Record<string, unknown> {
  const [old, now] = [before, after].map((options) => new Map(leaves(options))) as [
    Map<string, unknown>,
    Map<string, unknown>,
  ];
  const paths = [...new Set([...old.keys(), ...now.keys()])];
  const changed = paths.filter((path) => !isDeepStrictEqual(old.get(path), now.get(path)));
  return Object.fromEntries(changed.map((path) => [path, now.get(path)]));
}

/** A program and all its commands, those of commands too, by what is typed. */
function commandsOf(program: Command, before: readonly string[] = []): [string, Command][] {
  const typed = [...before, program.name()];
  return [[typed.join(' '), program], ...program.commands.flatMap((command) => commandsOf(command, typed))];
}

describe('every flag of every program', () => {
  const newFolder = temporaryFolder();
  const files: Record<string, string> = {};
  const commands = [exporterProgram(), builderCommand(), scenariosCommand(), detectorCommand()].flatMap(
    (program) => commandsOf(program),
  );

  before(() => {
    const folder = newFolder();
    files[CONFIG] = join(folder, 'dataset.yaml');
    files[TOKEN_FILE] = join(folder, 'token');
    writeFileSync(files[CONFIG], 'output: /of-the-file\ns3: { region: of-the-file }\n');
    writeFileSync(files[TOKEN_FILE], TOKEN);
  });

  it('has an effect that is written down here, and no other has', () => {
    expect(commands.map(([name]) => name)).to.have.members(Object.keys(EFFECTS));
    for (const [name, command] of commands) {
      const flags = command.options.map(({ long, flags: text }) => long ?? text);
      expect(flags, name).to.have.members(Object.keys(EFFECTS[name]?.effects ?? {}));
    }
  });

  for (const [name, { edge, effects }] of Object.entries(EFFECTS)) {
    for (const [flag, effect] of Object.entries(effects)) {
      it(`${name} ${flag}`, async () => {
        if ('seenIn' in effect) {
          const text = readFileSync(join(ROOT, effect.seenIn), 'utf8');
          expect(text.includes(`'${flag}`) || text.includes(`\`${flag}`), effect.seenIn).to.equal(true);
          return;
        }
        if (edge === undefined) throw new Error('who has the options?');
        const { value, after } = effect;
        const base = after === undefined ? [] : [after];
        const args = value === undefined ? [flag] : [flag, files[value] ?? value];
        expect(difference(await edge(base), await edge([...base, ...args]))).to.deep.equal(effect.becomes);
      });
    }
  }
});
