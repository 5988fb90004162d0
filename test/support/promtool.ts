import { execFile } from 'node:child_process';
import { program } from './programs.ts';

/** What `promtool check metrics` finds wrong with a page; nothing: `''`. */
export async function promtoolCheck(page: string): Promise<string> {
  const promtool = await program('promtool');
  return new Promise((resolve) => {
    const child = execFile(promtool, ['check', 'metrics'], (_, stdout, stderr) => resolve(stdout + stderr));
    child.stdin?.end(page);
  });
}
