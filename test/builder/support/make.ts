import { join } from 'node:path';
import { loadConfig } from '../../../builder/config.ts';
import type { Manifest } from '../../../builder/manifest-schema.ts';
import type { Disk } from '../../../builder/output/disk.ts';
import { build, type Surroundings, update } from '../../../builder/run.ts';
import type { Shard } from '../../../builder/shard.ts';
import { isS3 } from '../../../builder/storage/open.ts';
import { createLogger } from '../../../common/log.ts';

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
  const place = isS3(output) ? output : join(folder, output);
  const config = loadConfig({ config: join(folder, 'dataset.yaml'), output: place });
  return command === 'build' ? build(config, surroundings(disk), shard) : update(config, surroundings(disk));
}
