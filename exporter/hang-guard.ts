import { SourceError } from './errors.ts';

/**
 * A file system call on a mount that does not answer keeps one of libuv's four threads for ever. With two of them
 * gone the others are left for the rest of the agent.
 */
const MAX_HUNG = 2;

/** Makes file system calls without being held up by a mount that does not answer. One for the whole agent. */
export class HangGuard {
  private readonly timeoutMs: number;
  private readonly waiting = new Set<string>();
  private readonly late = new Set<string>();

  constructor(timeoutMs = 1_000) {
    this.timeoutMs = timeoutMs;
  }

  /**
   * What `call` returns. As long as it is on its way, no other is made for the same path.
   *
   * Callers make one call after the other: side by side they could take all threads before the first is late.
   *
   * @throws {SourceError} `failed` when it does not answer in time, or has not answered an earlier call yet
   */
  async run<T>(path: string, call: () => Promise<T>): Promise<T> {
    if (this.waiting.has(path)) {
      throw new SourceError('failed', path, `${path}: has not answered yet`);
    }
    if (this.late.size >= MAX_HUNG) {
      throw new SourceError('failed', path, `${path}: not asked while ${MAX_HUNG} mounts hang`);
    }
    this.waiting.add(path);
    const answer = call().finally(() => {
      this.waiting.delete(path);
      this.late.delete(path);
    });
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.late.add(path);
        reject(new SourceError('failed', path, `${path}: did not answer within ${this.timeoutMs} ms`));
      }, this.timeoutMs);
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
