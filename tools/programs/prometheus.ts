/** A real Prometheus on loopback, for the demo and the tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Child, startChild, waitForChild } from './child.ts';
import { program } from './find.ts';
import { freePort } from './ports.ts';

export interface RunningPrometheus extends Child {
  /** Such as `http://127.0.0.1:41234`. */
  readonly url: string;
}

/** Whether a GET of the address answers 2xx. */
export async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, { signal });
    await response.body?.cancel(); // or its connection stays open
    return response.ok;
  } catch {
    return false;
  }
}

/** Of ports that were free when they were looked for and are not any more. */
const MOST_PORTS = 3;

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
  const logFile = join(folder, 'prometheus.log');
  writeFileSync(configFile, stringify(config));
  const file = await program('prometheus');
  for (let attempt = 1; ; attempt++) {
    const address = `127.0.0.1:${await freePort()}`;
    const args = [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--log.level=warn',
      ...flags,
    ];
    const child = startChild(file, args, logFile);
    const url = `http://${address}`;
    try {
      await waitForChild(child, 'Prometheus to become ready', (signal) => answers(`${url}/-/ready`, signal));
      return { ...child, url };
    } catch (error) {
      await child.stop();
      if (attempt === MOST_PORTS || !child.output().includes('address already in use')) throw error;
    }
  }
}
