import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { waitFor } from '../../../tools/programs/wait.ts';
import type { ApiServer } from '../../support/api-server.ts';
import { type ExporterProcess, startExporter } from '../../support/exporter.ts';
import { parseSeries } from '../../support/series.ts';
import { seeingTracefs } from '../../support/tracefs.ts';
import { Container, containerMounts } from './container.ts';
import { Signs } from './signs.ts';

/** Told by the trace, and the last thing of all that came before it. */
const MARK = 'shell_in_container';
const LOOKS = 3;
const MOST_LOOKS = 15;

/** The agent that all rows are run under. */
export class Agent {
  readonly #exporter: ExporterProcess;
  readonly #mounts = containerMounts();

  private constructor(exporter: ExporterProcess) {
    this.#exporter = exporter;
  }

  /** @param rules of rows beside the default ones */
  static async start(
    folder: string,
    tracefs: string,
    api: ApiServer,
    rules: readonly object[],
  ): Promise<Agent> {
    const file = join(folder, 'rules.yaml');
    writeFileSync(file, stringify({ rules }));
    const flags = ['--node-name=node-7', `--rules.file=${file}`, `--path.tracefs=${tracefs}`];
    const env = { KUBECONFIG: api.writeKubeconfig(folder) };
    const exporter = await startExporter(flags, { wrap: seeingTracefs(tracefs), env });
    await waitFor('the watch', () => api.watches > 0 || undefined);
    return new Agent(exporter);
  }

  /** A container that it would see. */
  container(): Container {
    return new Container(this.#mounts);
  }

  async look(): Promise<Signs> {
    const response = await fetch(`http://${this.#exporter.address}/metrics`);
    return new Signs(parseSeries(await response.text()));
  }

  /**
   * Looks until everything that has happened up to now is on the page, at sockets and at young processes too.
   *
   * @param pods whose tables of sockets must have had their turn; one in whose namespace no process is left has none
   */
  async lookAtAll(pods: readonly string[] = []): Promise<Signs[]> {
    const beganAt = performance.now();
    const looks = [await this.#marked()];
    for (;;) {
      const signs = await this.look();
      looks.push(signs);
      const isYoung = signs.total('socket_table_age_seconds') * 1_000 < performance.now() - beganAt;
      const waiting = pods.filter((pod) => !signs.hasTables(pod));
      if (looks.length >= LOOKS && isYoung && waiting.length === 0) return looks;
      if (looks.length >= MOST_LOOKS) return looks;
    }
  }

  /** A page with what a container did just now, and so with all that happened before it. */
  async #marked(): Promise<Signs> {
    const mark = this.container();
    try {
      await mark.attack('start("/bin/sh", "-c", ":")', {});
      return await waitFor('the mark', async () => {
        const signs = await this.look();
        return signs.of(mark.name).has(MARK) ? signs : undefined;
      });
    } finally {
      await mark.end();
    }
  }

  log(): string {
    return this.#exporter.log();
  }

  async stop(): Promise<void> {
    await this.#exporter.stop();
  }
}
