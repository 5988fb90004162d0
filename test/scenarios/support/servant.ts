import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A process that answers orders, a line each. */
export class Servant {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;

  constructor(command: readonly string[]) {
    const [file = '', ...args] = command;
    this.#child = spawn(file, args, { stdio: 'pipe' });
    this.#child.stderr.pipe(process.stderr);
    this.#child.stdin.on('error', () => {}); // it was killed
    this.#answers = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  /** The next line that it writes. */
  async answer(): Promise<string> {
    const { value } = await this.#answers.next();
    return String(value ?? 'it ended');
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  order(order: object): void {
    this.#child.stdin.write(`${JSON.stringify(order)}\n`);
  }
}
