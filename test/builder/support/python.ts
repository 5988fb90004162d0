import type { Context } from 'mocha';
import { skip } from '../../support/skip.ts';
import { runProgram } from './cli.ts';

/** The Python of PATH, or another that has more modules. */
const PYTHON = process.env['KUBEVIGIL_PYTHON'] ?? 'python3';

/** Runs a Python program; skips the test, with the machine's reason, where Python or one of the modules is missing. */
export async function python(
  context: Context,
  modules: readonly string[],
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const run = (...all: string[]) => runProgram(PYTHON, all, { cwd, env: { ...process.env, ...env } });
  const able = await run('-c', `import ${modules.join(', ')}`).catch((error: Error) => ({
    code: 1,
    stderr: error.message,
  }));
  if (able.code !== 0) skip(context, able.stderr);
  const { code, stdout, stderr } = await run('-c', program, ...args);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/** Runs Python with pandas and pyarrow. */
export function pandas(
  context: Context,
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<string> {
  return python(context, ['pandas', 'pyarrow'], program, args, cwd);
}
