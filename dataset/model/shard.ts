import { createHash } from 'node:crypto';
import { INDEX_VARIABLE, withCompletionIndex } from '../../common/completion-index.ts';
import { BuilderError } from '../../common/errors.ts';

/** One of `count` runs that together make a dataset, counted from 0. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

const SHARD = /^(\d{1,5}|auto)\/([1-9]\d{0,4})$/;

/**
 * Reads `i/n`, i from 0; `auto/n` is the number that a pod of an Indexed Job has.
 *
 * @throws {BuilderError} `config`
 */
export function parseShard(text: string, environment: NodeJS.ProcessEnv): Shard {
  const [, index, count] = SHARD.exec(text) ?? [];
  const said = index === undefined ? undefined : withCompletionIndex(index, environment);
  if (index !== undefined && said === undefined) {
    throw new BuilderError('config', `--shard ${text}: there is no ${INDEX_VARIABLE} in the environment`);
  }
  if (said === undefined || !/^\d+$/.test(said) || Number(said) >= Number(count)) {
    throw new BuilderError(
      'config',
      `--shard ${text}: write i/n with i from 0 to n − 1, such as 0/4, or auto/4 in an Indexed Job`,
    );
  }
  return { index: Number(said), count: Number(count) };
}

export function shardName({ index, count }: Shard): string {
  return `${index}-of-${count}`;
}

/** Whether a node's rows belong to the shard: by the hash of its name, so that all of them do or none. */
export function isInShard(node: string, { index, count }: Shard): boolean {
  const hash = createHash('sha256').update(node).digest();
  return hash.readUInt32BE(0) % count === index;
}
