/** A real Prometheus on loopback, for the demo and the tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Child, startChild } from './child.ts';
import { program } from './find.ts';
import { freePort } from './ports.ts';
import { waitFor } from './wait.ts';

export interface RunningPrometheus extends Child {
  /** Such as `http://127.0.0.1:41234`. */
  readonly url: string;
}

/** Whether a GET of the address answers 2xx; undefined while it does not. */
export async function answers(url: string): Promise<true | undefined> {
  try {
    return (await fetch(url)).ok || undefined;
  } catch {
    return undefined;
  }
}

/**
 * Starts Prometheus with a configuration and its data below `folder`, and waits until it is ready.
 *
 * @param config what prometheus.yml holds
 * @param flags further command line flags
 */
export async function startPrometheus(
  folder: string,
  config: object,
  flags: readonly string[] = [],
): Promise<RunningPrometheus> {
  mkdirSync(folder, { recursive: true });
  const configFile = join(folder, 'prometheus.yml');
  writeFileSync(configFile, stringify(config));
  const port = await freePort();
  const child = startChild(
    await program('prometheus'),
    [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
      ...flags,
    ],
    join(folder, 'prometheus.log'),
  );
  const url = `http://127.0.0.1:${port}`;
  try {
    await waitFor('Prometheus to become ready', () => {
      child.assertRunning();
      return answers(`${url}/-/ready`);
    });
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { ...child, url };
}
