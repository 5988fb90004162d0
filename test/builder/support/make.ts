import { join } from 'node:path';
import { build, update } from '../../../builder/commands/build.ts';
import { loadConfig } from '../../../builder/config/load.ts';
import type { Surroundings } from '../../../builder/run/task.ts';
import { createLogger } from '../../../common/log.ts';
import type { Manifest } from '../../../dataset/model/manifest.ts';
import type { Shard } from '../../../dataset/model/shard.ts';
import type { Disk } from '../../../dataset/storage/local/disk.ts';
import { isPath } from '../../../dataset/storage/open.ts';

function surroundings(disk: Disk | undefined): Surroundings {
  return {
    nowMs: Date.now(),
    log: createLogger({ level: 'warn', format: 'logfmt' }),
    progress: { start() {}, done() {}, stop() {} },
    signal: new AbortController().signal,
    ...(disk && { disk }),
  };
}

export interface MakeOptions {
  /** The configuration file's folder. */
  readonly folder: string;
  /** In that folder, or `s3://bucket/prefix`. */
  readonly output: string;
  readonly disk?: Disk;
  readonly shard?: Shard;
}

/** What `kubevigil-builder build` or `update` does, in this process. */
export function make(command: 'build' | 'update', options: MakeOptions): Promise<Manifest> {
  const { folder, output, disk, shard } = options;
  const place = isPath(output) ? join(folder, output) : output;
  const config = loadConfig({ config: join(folder, 'dataset.yaml'), output: place });
  return command === 'build' ? build(config, surroundings(disk), shard) : update(config, surroundings(disk));
}
