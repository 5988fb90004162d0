import { type Command, CommanderError } from 'commander';

/** What a program's own error carries when it is to end with something else than 1. */
interface WithExitCode {
  readonly exitCode: number;
}

/** The user's mistake: a flag, a file or an argument that cannot be used. The message says what to do. */
export class UsageError extends Error implements WithExitCode {
  override readonly name = 'UsageError';
  readonly exitCode = 2;
}

function exitCodeOf(error: unknown): number {
  const code = (error as Partial<WithExitCode> | null | undefined)?.exitCode;
  return typeof code === 'number' ? code : 1;
}

/** A text on one line; what a file or a server says must not write over the terminal. */
export function oneLine(text: string): string {
  return text
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\p{Cc}/gu, ' ')
    .trim();
}

function wantsStack(argv: readonly string[]): boolean {
  return argv.some(
    (arg, i) => arg === '--log.level=debug' || (arg === 'debug' && argv[i - 1] === '--log.level'),
  );
}

/**
 * What standard error says about an error: one line, and with `--log.level=debug` its stack and causes.
 *
 * @internal exported for its own tests
 */
export function describeError(program: string, error: unknown, debug: boolean): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  const lines = [`${program}: ${oneLine(message)}`];
  for (let cause = error; debug && cause instanceof Error; cause = cause.cause)
    lines.push(String(cause.stack));
  return `${lines.join('\n')}\n`;
}

function quiet(command: Command): void {
  command.exitOverride().configureOutput({ outputError: () => {} });
  command.commands.forEach(quiet);
}

/**
 * Runs a command line program to its end.
 *
 * An error is one line on standard error that begins with the program's name. The exit code is the error's own
 * `exitCode` if it has one (2 for {@link UsageError} and everything commander refuses), else 1. `--help` and
 * `--version` end with 0.
 */
export async function runCommand(program: Command, argv: readonly string[] = process.argv): Promise<void> {
  quiet(program);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    const failure =
      error instanceof CommanderError ? new UsageError(error.message.replace(/^error: /, '')) : error;
    process.exitCode = exitCodeOf(failure);
    process.stderr.write(describeError(program.name(), failure, wantsStack(argv)));
  }
}
