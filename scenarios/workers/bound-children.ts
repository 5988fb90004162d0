/** Processes of a worker's own that read from it, and so end when it does, whatever the reason. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

type Bound = ChildProcessByStdio<Writable, null, null>;

export class BoundChildren {
  readonly #children = new Set<Bound>();
  #failure: Error | undefined;

  get size(): number {
    return this.#children.size;
  }

  /** @param program one that ends when its standard input does, such as `cat` */
  start(program: string, args: readonly string[] = []): Bound {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'] });
    this.#children.add(child);
    child.stdin.on('error', () => {}); // it ended before it read
    child.once('error', (error) => {
      this.#failure ??= error;
      this.#children.delete(child);
    });
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  /** Lets go of the children that were started first, all but `rest`. */
  release(rest: number): void {
    for (const child of [...this.#children].slice(0, Math.max(0, this.#children.size - rest))) {
      child.stdin.end();
    }
  }

  /** @throws {Error} when one could not be started */
  assertStarted(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Ends all and waits until they have ended. */
  async end(): Promise<void> {
    const ended = [...this.#children].map(
      (child) =>
        new Promise((resolve) => {
          child.once('exit', resolve).once('error', resolve);
          child.stdin.end();
        }),
    );
    await Promise.all(ended);
    this.assertStarted();
  }
}
