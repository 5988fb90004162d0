import { build } from '../../../builder/commands/build.ts';
import { configSchema } from '../../../builder/config/schema.ts';
import type { Logger } from '../../../common/log.ts';
import type { Manifest } from '../../../dataset/model/manifest.ts';

export interface Built {
  readonly manifest: Manifest;
  /** What was logged, without debug lines. */
  readonly logged: readonly string[];
}

/** Builds a dataset in this process. */
export async function buildHere(config: object): Promise<Built> {
  const logged: string[] = [];
  const keep = (message: string) => void logged.push(message);
  const log: Logger = { debug: () => {}, info: keep, warn: keep, error: keep };
  const progress = { start: () => {}, done: () => {}, stop: () => {} };
  const { signal } = new AbortController();
  const manifest = await build(configSchema.parse({ scrapeInterval: '15s', ...config }), {
    nowMs: Date.now(),
    log,
    progress,
    signal,
  });
  return { manifest, logged };
}
