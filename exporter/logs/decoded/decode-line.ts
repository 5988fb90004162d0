import { MAX_LINE_BYTES } from '../line-splitter.ts';
import { undoEscapes } from './escapes.ts';
import { percentDecode } from './percent.ts';

/** What is encoded more often than that, no program decodes any more. */
const MAX_ROUNDS = 3;

/**
 * What a line of an access log stands for, for rules that look for what a request means rather than how it is written.
 *
 * In this order: the escapes that the log's writer made, once; `+`, which is a space in forms, once; percent-encoding until it no
 * longer changes, three times at most. Not undone: entities of HTML, which no server decodes in a request, and case.
 *
 * Never longer than the line, whatever it holds; the time is linear in its length.
 */
export function decodeLine(line: string): string {
  let text = undoEscapes(line.slice(0, MAX_LINE_BYTES)).replaceAll('+', ' ');
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const decoded = percentDecode(text);
    if (decoded === text) break;
    text = decoded;
  }
  return text;
}
