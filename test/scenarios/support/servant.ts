import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
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

  /** Of the process that the command's own, such as nsenter, has started. */
  get childPid(): number {
    const { pid } = this.#child;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Closes its standard input, with which it ends. */
  end(): void {
    this.#child.stdin.end();
  }

  order(order: object): void {
    this.#child.stdin.write(`${JSON.stringify(order)}\n`);
  }
}
