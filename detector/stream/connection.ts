/** Reads a stream of rows for as long as it is wanted. */
import { type FollowOptions, followLines } from '../../common/follow/follow.ts';
import type { Logger } from '../../common/log.ts';

export interface ConnectionOptions extends Pick<FollowOptions, 'url' | 'authorization' | 'signal' | 'take'> {
  readonly onConnected: (isConnected: boolean) => void;
  readonly log: Logger;
}

/** Reads until the signal; tells of each new reason once why it cannot. */
export function readStream({ onConnected, log, ...options }: ConnectionOptions): Promise<void> {
  return followLines({
    ...options,
    onConnected: () => onConnected(true),
    onLost(reason = 'it ended', isNew) {
      onConnected(false);
      if (isNew)
        log.warn('The stream cannot be read; it is tried again', { url: options.url.origin, reason });
    },
  });
}
