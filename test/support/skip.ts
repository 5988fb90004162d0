import type { Context } from 'mocha';

/** Skips a test, from itself or from `beforeEach`, and says why where the report shows it. */
export function skip(context: Context, reason: string): never {
  const { type } = (context.test ?? {}) as { type?: string }; // not among Mocha's declared types
  const runnable = type === 'hook' ? context.currentTest : context.test;
  if (runnable !== undefined) runnable.title += ` (skipped: ${reason.trim().split('\n').at(-1)})`;
  context.skip();
  throw new Error('unreachable: skip() throws');
}
