/** What this process starts, whichever function of node:child_process is asked to. */
import { ChildProcess } from 'node:child_process';

export interface Spawned {
  readonly args: readonly string[];
  readonly envPairs: readonly string[];
  readonly cwd: string | undefined;
  readonly stdio: unknown;
}

interface Spawning {
  spawn(options: Spawned & { file: string; args: string[] }): unknown;
}

/** Records it, and starts `true` in its place. */
export class SpawnRecorder {
  readonly spawned: Spawned[] = [];
  readonly #prototype = ChildProcess.prototype as unknown as Spawning;
  readonly #real = this.#prototype.spawn;

  start(): void {
    const { spawned } = this;
    const real = this.#real;
    this.#prototype.spawn = function (options) {
      spawned.push({ ...options, args: [...options.args] });
      return real.call(this, { ...options, file: 'true', args: ['true'] });
    };
  }

  stop(): void {
    this.#prototype.spawn = this.#real;
  }
}
