/** A program that does a worker's work, and that ends with its standard input. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Lifetime } from './lifetime.ts';

/**
 * Runs a program until the time is over, and waits for its end.
 *
 * @param command of a program that ends when its standard input does: the kernel closes it with this process, whatever the reason
 * @throws {Error} with the first line that it wrote, when it ended before
 */
export async function runBound(command: readonly string[], life: Lifetime): Promise<void> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin.on('error', () => {}); // it ended before it read
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const release = () => child.stdin.end();
  life.over.addEventListener('abort', release, { once: true });
  if (!life.goesOn()) release();
  const [code] = (await once(child, 'close')) as [number | null];
  life.over.removeEventListener('abort', release);
  if (life.goesOn() || code !== 0)
    throw new Error(complaint.trim().split('\n')[0] || `${file} ended with ${code ?? 'a signal'}`);
}
