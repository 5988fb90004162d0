import { execFile } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { ROOT } from '../../support/paths.ts';
import { ATTACKER } from './container.ts';
import { APPLICATION_LOG } from './table/logs.ts';
import type { HostFolder, HostRow } from './table/model.ts';

interface RuleText {
  readonly name: string;
  readonly paths?: readonly string[];
  readonly files?: readonly string[];
  readonly pods?: object;
  readonly journal?: readonly string[];
}

const { rules: DEFAULT_RULES } = parse(
  readFileSync(join(ROOT, 'exporter', 'rules', 'default.yaml'), 'utf8'),
) as { rules: readonly RuleText[] };

/** The host of a row: a folder, which the rule of the row looks at in place of the root. */
export class RowFolder implements HostFolder {
  readonly row: HostRow;
  readonly #folder: string;

  constructor(row: HostRow, folder: string) {
    this.row = row;
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** What the row's rule is called. */
  get rule(): string {
    return `${this.row.evades[0]}__${this.row.id.replaceAll('-', '_')}`;
  }

  /** The default rule that the row would evade, for this folder. */
  ruleText(): object {
    const text = DEFAULT_RULES.find(({ name }) => name === this.row.evades[0]);
    if (text === undefined) throw new Error(`no default rule ${this.row.evades[0]}`);
    const { paths, files, pods, journal: _, ...rest } = text;
    const below = (names: readonly string[]) => names.map((path) => this.at(path));
    const read = files ?? (pods === undefined ? undefined : [APPLICATION_LOG]);
    return {
      ...rest,
      name: this.rule,
      ...(paths === undefined ? {} : { paths: below(paths) }),
      ...(read === undefined ? {} : { files: below(read) }),
    };
  }

  at(path: string): string {
    return join(this.#folder, path);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), text);
  }

  append(path: string, text: string): void {
    appendFileSync(this.at(path), text);
  }

  async perl(code: string, ...args: readonly string[]): Promise<void> {
    const words = args.map((word) => `q(${word})`).join(', ');
    const running = promisify(execFile)('perl', [
      ATTACKER,
      ...['all', 'here', '--', ''],
      `local @ARGV = (${words}); ${code}`,
    ]);
    running.child.stdin?.end();
    const { stdout } = await running;
    if (stdout.startsWith('cannot ')) throw new Obstacle(stdout.slice('cannot '.length).trim());
    if (stdout !== 'done\n') throw new Error(stdout);
  }
}

/** Why a row cannot be run on this machine. */
export class Obstacle extends Error {}
