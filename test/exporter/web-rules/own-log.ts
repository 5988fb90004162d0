import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseContainerLog } from '../../../exporter/parsers/container-log.ts';
import type { WebRules } from './matcher.ts';

const SHOWN = 5;
const MOST_CHARACTERS = 300;

/** A line of a container's log without what the runtime wrote before it. */
const unwrapped = (line: string) => parseContainerLog(line)?.text ?? line;

/** What the rules match of a log file: by rule how many lines, and the first of them. */
export async function ownLog(rules: WebRules, file: string): Promise<string> {
  const found = new Map<string, { count: number; readonly first: string[] }>();
  let lines = 0;
  for await (const written of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    lines += 1;
    const line = unwrapped(written);
    for (const rule of rules.match(line)) {
      const some = found.get(rule) ?? { count: 0, first: [] };
      found.set(rule, some);
      some.count += 1;
      if (some.first.length < SHOWN) some.first.push(line.slice(0, MOST_CHARACTERS));
    }
  }
  const parts = [...found].map(([rule, { count, first }]) =>
    [`${rule}: ${count}`, ...first.map((line) => `    ${line}`)].join('\n'),
  );
  return [`${file}: ${lines} lines`, ...parts, ''].join('\n');
}
