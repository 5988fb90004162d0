import type { Context } from 'mocha';
import { skip } from '../../support/skip.ts';
import { runProgram } from './cli.ts';

/** Runs Python with pandas and pyarrow; skips the test, with the machine's reason, where there is none. */
export async function pandas(
  context: Context,
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<string> {
  const python = (...all: string[]) => runProgram('python3', all, { cwd });
  const able = await python('-c', 'import pandas, pyarrow').catch((error: Error) => ({
    code: 1,
    stderr: error.message,
  }));
  if (able.code !== 0) skip(context, able.stderr);
  const { code, stdout, stderr } = await python('-c', program, ...args);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}
