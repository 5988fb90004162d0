/**
 * What a container runtime was told to start in a container that runs, from its own command line: the program and its arguments are there
 * before the program is, and nobody in the container can change them.
 *
 * @see https://github.com/opencontainers/runc/blob/main/man/runc-exec.8.md
 * @see https://github.com/containers/crun/blob/main/crun.1.md
 */

/** Options that are followed by a value, of runc or crun. */
const GLOBAL_WITH_VALUE = new Set([
  '--cgroup-manager',
  '--criu',
  '--log',
  '--log-format',
  '--log-level',
  '--root',
  '--rootless',
]);
const GLOBAL_ALONE = new Set(['--debug', '--systemd-cgroup']);
const EXEC_WITH_VALUE = new Set([
  '--additional-gids',
  '--apparmor',
  '--cap',
  '--cgroup',
  '--console-socket',
  '--cwd',
  '--env',
  '--pid-file',
  '--preserve-fds',
  '--process',
  '--process-label',
  '--user',
  '-c',
  '-e',
  '-g',
  '-p',
  '-u',
]);
const EXEC_ALONE = new Set([
  '--detach',
  '--ignore-paused',
  '--no-new-privs',
  '--no-subreaper',
  '--tty',
  '-d',
  '-t',
]);
const LONG: Readonly<Record<string, string>> = { '-p': '--process', '-t': '--tty', '-u': '--user' };

/** What a command line of a runtime's asks for. */
export interface RuntimeCommand {
  /** A file with the whole description, of which the other fields then say nothing. */
  readonly processFile: string | undefined;
  readonly args: readonly string[];
  readonly terminal: boolean;
  readonly uid: number | undefined;
  readonly cwd: string | undefined;
}

interface Options {
  readonly found: ReadonlyMap<string, string>;
  readonly rest: readonly string[];
}

/** Options up to the first word that is none; undefined when one is not known, as then nobody knows where they end. */
function takeOptions(
  words: readonly string[],
  withValue: ReadonlySet<string>,
  alone: ReadonlySet<string>,
): Options | undefined {
  const found = new Map<string, string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') return { found, rest: words.slice(i + 1) };
    if (!word.startsWith('-')) return { found, rest: words.slice(i) };
    const [, name = word, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
    const option = LONG[name] ?? name;
    if (value !== undefined && (withValue.has(name) || alone.has(name))) found.set(option, value);
    else if (alone.has(name)) found.set(option, 'true');
    else if (withValue.has(name)) found.set(option, words[++i] ?? '');
    else return undefined;
  }
  return { found, rest: [] };
}

/**
 * What `runc … exec …`, or crun's, is asked to start.
 *
 * @param words the runtime's arguments, its own name first
 * @returns undefined for every other command, and for options that are not known
 */
export function runtimeCommand(words: readonly string[]): RuntimeCommand | undefined {
  const globals = takeOptions(words.slice(1), GLOBAL_WITH_VALUE, GLOBAL_ALONE);
  if (globals?.rest[0] !== 'exec') return undefined;
  const options = takeOptions(globals.rest.slice(1), EXEC_WITH_VALUE, EXEC_ALONE);
  if (options === undefined) return undefined;
  const { found, rest } = options;
  const [, ...args] = rest;
  const uid = /^(\d+)(:|$)/.exec(found.get('--user') ?? '')?.[1];
  const tty = found.get('--tty');
  return {
    processFile: found.get('--process'),
    args: args[0] === '--' ? args.slice(1) : args,
    terminal: tty !== undefined && tty !== 'false',
    uid: uid === undefined ? undefined : Number(uid),
    cwd: found.get('--cwd'),
  };
}
