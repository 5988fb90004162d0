/** A scenario that runs by itself in a process of its own, as somebody else where that is asked for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { ScenarioOptions } from '../../../scenarios/scenario/scenario.ts';
import { processesWith } from '../../support/processes.ts';

const REGISTRY = new URL('../../../scenarios/registry/registry.js', import.meta.url);
const RUN = `
const { SCENARIOS } = await import(process.argv[1]);
const { name, options } = JSON.parse(process.argv[2]);
await SCENARIOS.find((one) => one.name === name).run(options).catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
`;

/** A command that runs what follows it as one who has no rights. */
export const AS_NOBODY = [
  ...['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'],
  // The tree may lie where only root can read; nothing else comes of this right.
  ...['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'],
];

export class LoneScenario {
  readonly #mark = randomUUID();
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #complaint = '';

  /** @param before a command that runs what follows it */
  constructor(name: string, options: ScenarioOptions, before: readonly string[] = []) {
    const script = [process.execPath, '--input-type=module', '-e', RUN, REGISTRY.href];
    const [file = '', ...args] = [...before, ...script, JSON.stringify({ name, options })];
    this.#child = spawn(file, args, {
      env: { ...process.env, KUBEVIGIL_TEST_MARK: this.#mark },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint += text;
    });
    this.#ended = once(this.#child, 'close');
  }

  /** Its own process and those that it started: their ids and command lines. */
  processes(): string[] {
    return processesWith(this.#mark);
  }

  /** The id of the process that runs such a program; undefined while there is none. */
  pidOf(program: string): string | undefined {
    return this.processes()
      .find((line) => line.includes(program))
      ?.split(' ')[0];
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#child.kill(signal);
  }

  /** Waits for its end: what it complained of, or nothing. */
  async end(): Promise<string> {
    await this.#ended;
    return this.#complaint.trim();
  }
}
