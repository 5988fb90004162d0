import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { build, update } from '../../builder/commands/build.ts';
import { configSchema } from '../../builder/config/schema.ts';
import { stream } from '../../builder/stream/run.ts';
import { createLogger } from '../../common/log.ts';

export const STEP_MS = 2_000;
/** Remote write sends twice a second; a step is closed well after that. */
export const DELAY_MS = 6_000;
export const COLUMNS = ['forks_per_second', 'memory_used_ratio'] as const;

/** A row, its cells as texts, by column. */
export type Row = Readonly<Record<string, string>>;

/** A server, and the way in which it is read. */
export interface Way {
  readonly url: string;
  readonly reading: 'remote-read' | 'query';
  /** Further keys of the configuration. */
  readonly more?: object;
}

const log = createLogger({ level: 'error', format: 'logfmt' });
const progress = { start: () => {}, done: () => {}, stop: () => {} };

function configOf({ url, reading, more }: Way, output: string, span: object) {
  return configSchema.parse({
    ...{ prometheus: { url }, reading, output, format: 'csv', columns: COLUMNS },
    ...{ step: `${STEP_MS}ms`, scrapeInterval: '1s', delay: `${DELAY_MS}ms` },
    selector: 'job="kubevigil"',
    ...more,
    ...span,
  });
}

/** The rows of a dataset, and its manifest's text. */
function rowsOf(output: string): Row[] {
  const { files } = JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8')) as {
    files: { path: string }[];
  };
  return files.flatMap(
    ({ path }) => parse(readFileSync(join(output, path), 'utf8'), { columns: true }) as Row[],
  );
}

/** Makes a dataset of a time, or continues it. */
export async function make(
  how: 'build' | 'update',
  way: Way,
  output: string,
  startMs: number,
  endMs?: number,
): Promise<Row[]> {
  const span = { start: startMs / 1_000, ...(endMs !== undefined && { end: endMs / 1_000 }) };
  const config = configOf(way, output, span);
  const { signal } = new AbortController();
  await (how === 'build' ? build : update)(config, { nowMs: Date.now(), log, progress, signal });
  return rowsOf(output);
}

/** The rows of some steps as they are streamed, by a stream that is started for them. */
export async function streamed(way: Way, output: string, steps: number): Promise<Row[]> {
  const controller = new AbortController();
  let listening: (address: string) => void = () => {};
  const address = new Promise<string>((resolve) => {
    listening = resolve;
  });
  const ended = stream({
    config: configOf(way, output, {}),
    listen: { host: '127.0.0.1', port: 0 },
    from: (nowMs) => nowMs - DELAY_MS - STEP_MS,
    onListening: (at) => listening(at),
    log,
    signal: controller.signal,
  });
  const failed = ended.then(() => {
    throw new Error('the stream ended');
  });
  failed.catch(() => undefined);
  try {
    const response = await fetch(`http://${await Promise.race([address, failed])}/stream?from=1m`);
    const rows: Row[] = [];
    let rest = '';
    let closed = 0;
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
      const lines = (rest + Buffer.from(piece).toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const record = JSON.parse(line) as { type: string; row?: Record<string, unknown> };
        if (record.type === 'row')
          rows.push(
            Object.fromEntries(
              Object.entries(record.row ?? {}).map(([name, value]) => [
                name,
                value === null ? '' : String(value),
              ]),
            ),
          );
        if (record.type === 'step' && ++closed === steps) return rows;
      }
    }
    throw new Error('the stream ended');
  } finally {
    controller.abort();
    await ended.catch(() => undefined);
  }
}
