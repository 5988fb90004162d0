import { SourceError } from './errors.ts';
import type { FilesystemUsage, Host } from './host.ts';

/**
 * A mount that does not answer keeps one of libuv's four threads for ever. With two of them gone the others are
 * left for the rest of the agent.
 */
const MAX_HUNG = 2;

/** Asks for a filesystem's usage without being held up by one that does not answer. */
export class StatfsGuard {
  private readonly timeoutMs: number;
  private readonly waiting = new Set<string>();

  constructor(timeoutMs = 1_000) {
    this.timeoutMs = timeoutMs;
  }

  /**
   * Usage of one mount. As long as a call is on its way, no other is made for the same mount.
   *
   * @throws {SourceError} `failed` when it does not answer in time, or has not answered an earlier call yet
   */
  async usage(host: Host, mountpoint: string): Promise<FilesystemUsage> {
    if (this.waiting.has(mountpoint)) {
      throw new SourceError('failed', mountpoint, `${mountpoint}: statfs has not answered yet`);
    }
    if (this.waiting.size >= MAX_HUNG) {
      throw new SourceError('failed', mountpoint, `${mountpoint}: not asked while ${MAX_HUNG} mounts hang`);
    }
    this.waiting.add(mountpoint);
    const answer = host.statfs(mountpoint).finally(() => this.waiting.delete(mountpoint));
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      const message = `${mountpoint}: statfs did not answer within ${this.timeoutMs} ms`;
      timer = setTimeout(() => reject(new SourceError('failed', mountpoint, message)), this.timeoutMs);
    });
    try {
      return await Promise.race([answer, timeout]);
    } finally {
      clearTimeout(timer);
      // An answer that comes too late is nobody's any more; its failure was reported as a timeout.
      answer.catch(() => {});
    }
  }
}
