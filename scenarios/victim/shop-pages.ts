/** What the shop's pages take to make, over whichever protocol they are asked for. */
import { createHash, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);

/** Hashing so many bytes stands for the work that a shop's page takes. */
const PAGE = Buffer.alloc(64 * 1024);
/** About 4 ms of a CPU. */
const COSTLY_ROUNDS = 8_000;
const KEY_BYTES = 32;

export function pageText(path: string): string {
  return `${createHash('sha256').update(path).update(PAGE).digest('hex')}\n`;
}

export async function costlyText(): Promise<string> {
  const key = await derive('order', 'shop', COSTLY_ROUNDS, KEY_BYTES, 'sha256');
  return `${key.toString('hex')}\n`;
}
