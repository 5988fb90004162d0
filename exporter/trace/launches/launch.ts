import type { RuntimeCommand } from './runtime-command.ts';

/** What a runtime was told to start in a container. */
export interface Launch {
  readonly args: readonly string[];
  /** Whether on a terminal. */
  readonly terminal: boolean;
  /** Undefined where that is the image's to say. */
  readonly uid: number | undefined;
  readonly cwd: string | undefined;
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((element) => typeof element === 'string');

/** A command line without a file. */
export function launchOf({ args, terminal, uid, cwd }: RuntimeCommand): Launch | undefined {
  return args.length === 0 ? undefined : { args, terminal, uid, cwd };
}

/**
 * The file of `--process`: a process as the runtime specification has it, as JSON.
 *
 * @param tty whether the command line asks for a terminal
 * @returns undefined when it is none
 * @see https://github.com/opencontainers/runtime-spec/blob/main/config.md#process
 */
export function launchOfFile(text: string, tty: boolean): Launch | undefined {
  let process: unknown;
  try {
    process = JSON.parse(text);
  } catch {
    return undefined; // the runtime refuses it as well
  }
  const { args, terminal, user, cwd } = (process ?? {}) as Record<string, unknown>;
  if (!isTexts(args) || args.length === 0) return undefined;
  const uid = (user as { uid?: unknown } | undefined)?.uid;
  return {
    args,
    terminal: tty || terminal === true,
    uid: typeof uid === 'number' && Number.isInteger(uid) ? uid : 0,
    cwd: typeof cwd === 'string' ? cwd : undefined,
  };
}
