import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TraceEvent } from '../../../../exporter/trace/events/events.ts';
import { ROOT } from '../../../support/paths.ts';
import type { Kernel } from './kernel.ts';

const MAIN = join(ROOT, 'dist/test/exporter/trace/support/agent-main.js');

/** An exec source in a process of its own. */
export class Agent {
  readonly child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>) {
    this.child = child;
    this.#lines = lines;
  }

  /** `wrap` is a command that runs what follows it, such as `['unshare', '-C']`, after joining `cgroup`. */
  static async start(kernel: Kernel, cgroup: string, wrap: readonly string[] = []): Promise<Agent> {
    const command = [...wrap, process.execPath, MAIN, kernel.tracefs, kernel.unified, kernel.prefix];
    const joining = 'echo $$ > "$0/cgroup.procs" && exec "$@"';
    const child = spawn('sh', ['-c', joining, cgroup, ...command], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const agent = new Agent(child, lines);
    await agent.#answer();
    return agent;
  }

  async drain(): Promise<TraceEvent[]> {
    this.child.stdin?.write('drain\n');
    return (await this.#answer()) as TraceEvent[];
  }

  /** Ends it, by its own way or with a signal. */
  async end(signal?: NodeJS.Signals): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    if (signal === undefined) this.child.stdin?.end();
    else this.child.kill(signal);
    await ended;
  }

  async #answer(): Promise<unknown> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('the agent ended');
    return JSON.parse(value);
  }
}
