import { SourceError } from '../base/errors.ts';
import { isLate } from './patience.ts';

/** Where a call leads to, so that what hangs is counted once. */
export interface Device {
  /** As mountinfo numbers it; a path where that is not known. */
  readonly id: string;
  /** On a disk of this machine; others wait for a server that may be away. */
  readonly isLocal: boolean;
}

/**
 * A file system call on a device that does not answer keeps one of libuv's four threads for ever. With these gone the
 * others are left for the rest of the agent; a disk of this machine has a share of its own, so that servers that are away
 * take nothing from it.
 */
const MOST_HUNG = { mounts: 2, disks: 1 } as const;

/** A call was late, or not made because one like it is. */
export class UnansweredError extends SourceError {
  constructor(path: string, why: string) {
    super('failed', path, `${path}: ${why}`);
  }
}

/** Makes file system calls without being held up by a mount that does not answer. One for the whole agent. */
export class HangGuard {
  readonly #timeoutMs: number;
  readonly #onUnanswered: () => void;
  readonly #waiting = new Set<string>();
  /** Calls that are late, by device. */
  readonly #late = new Map<string, { readonly isLocal: boolean; calls: number }>();
  /** Settles when the call that is on its way to a device was answered, or is late. */
  readonly #underway = new Map<string, Promise<unknown>>();

  /** @param onUnanswered called for each call that was late or not made */
  constructor(timeoutMs = 1_000, onUnanswered: () => void = () => {}) {
    this.#timeoutMs = timeoutMs;
    this.#onUnanswered = onUnanswered;
  }

  /**
   * What `call` returns. As long as it is on its way, no other is made for the same path, and while it is late none to the
   * same device. To what is no disk of this machine one call is made after the other: side by side they could take all
   * threads before the first is late.
   *
   * @throws {UnansweredError} when it does not answer in time, or has not answered an earlier call yet
   */
  async run<T>(
    path: string,
    call: () => Promise<T>,
    device: Device = { id: path, isLocal: false },
  ): Promise<T> {
    this.#refuse(path, device);
    if (device.isLocal) return this.#call(path, call, device);
    while (this.#underway.has(device.id)) await this.#underway.get(device.id);
    this.#refuse(path, device);
    const answer = this.#call(path, call, device);
    const settled = answer.then(
      () => this.#underway.delete(device.id),
      () => this.#underway.delete(device.id),
    );
    this.#underway.set(device.id, settled);
    return answer;
  }

  #refuse(path: string, { id, isLocal }: Device): void {
    const fail = (why: string) => this.#fail(path, why);
    if (this.#waiting.has(path)) throw fail('has not answered yet');
    if (this.#late.has(id)) throw fail('not asked, its mount does not answer');
    const hung = [...this.#late.values()].filter((late) => late.isLocal === isLocal).length;
    const most = isLocal ? MOST_HUNG.disks : MOST_HUNG.mounts;
    if (hung >= most) throw fail(`not asked while ${hung} ${isLocal ? 'disk hangs' : 'mounts hang'}`);
  }

  #fail(path: string, why: string): UnansweredError {
    this.#onUnanswered();
    return new UnansweredError(path, why);
  }

  async #call<T>(path: string, call: () => Promise<T>, device: Device): Promise<T> {
    this.#waiting.add(path);
    let wasLate = false;
    const answer = call().finally(() => {
      this.#waiting.delete(path);
      if (wasLate) this.#answered(device);
    });
    const patience = isLate(this.#timeoutMs);
    const timeout = patience.late.then(() => {
      wasLate = true;
      this.#note(device);
      throw this.#fail(path, `did not answer within ${this.#timeoutMs} ms`);
    });
    try {
      return await Promise.race([answer, timeout]);
    } finally {
      patience.end();
      // An answer that comes too late is nobody's any more; its failure was reported as a timeout.
      answer.catch(() => {});
    }
  }

  #note({ id, isLocal }: Device): void {
    const late = this.#late.get(id) ?? { isLocal, calls: 0 };
    late.calls++;
    this.#late.set(id, late);
  }

  #answered({ id }: Device): void {
    const late = this.#late.get(id);
    if (late !== undefined && --late.calls === 0) this.#late.delete(id);
  }
}
