import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { RulesError } from './errors.ts';
import type { RulesDocument } from './model.ts';
import type { NamedPatterns } from './named-patterns.ts';
import { parseRules } from './parse-rules.ts';

/** Room for all the rules that a file may have; one that is larger is refused before it is read. */
const MAX_BYTES = 128 * 1024;

/**
 * Reads and parses a rules file.
 *
 * @param inherited patterns that its conditions can name without having them
 * @throws {RulesError} `unreadable` when it is not there, no file or too large, `invalid` for what it says
 */
export async function readRules(file: string, inherited?: NamedPatterns): Promise<RulesDocument> {
  return parseRules(await readText(file), file, inherited);
}

async function readText(file: string): Promise<string> {
  try {
    // Without O_NONBLOCK, opening a FIFO waits for a writer for ever.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw new Error('is not a file');
      if (stat.size > MAX_BYTES) throw new Error(`is larger than ${MAX_BYTES} bytes`);
      const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(MAX_BYTES + 1) });
      if (bytesRead > MAX_BYTES) throw new Error(`is larger than ${MAX_BYTES} bytes`);
      return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, bytesRead));
    } finally {
      await handle.close();
    }
  } catch (error) {
    const reason = (error as Error).message;
    throw new RulesError('unreadable', file, [{ line: 1, reason }], { cause: error });
  }
}
