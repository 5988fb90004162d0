import type { Context } from 'mocha';

/** Skips a test and says why where the report shows it. */
export function skip(context: Context, reason: string): never {
  const runnable = context.test ?? context.currentTest;
  if (runnable !== undefined) runnable.title += ` (skipped: ${reason.trim().split('\n').at(-1)})`;
  context.skip();
  throw new Error('unreachable: skip() throws');
}
